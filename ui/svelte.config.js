import adapter from '@sveltejs/adapter-static';

/** @type {import('@sveltejs/kit').Config} */
export default {
  compilerOptions: { runes: ({ filename }) => !filename.includes('node_modules') || undefined },
  kit: {
    // One page for every address; the server answers deep links with it.
    adapter: adapter({ fallback: 'index.html', precompress: true }),
    typescript: {
      config: (config) => ({
        ...config,
        include: [...config.include, '../tests/**/*.ts', '../*.config.ts'],
      }),
    },
  },
};
