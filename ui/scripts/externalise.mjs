// Moves the inline start script of the built page into a file of its own, so that the Content
// Security Policy can forbid inline scripts, and compresses what changed again.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const page = 'build/index.html';
const inline = /<script>([\s\S]*?)<\/script>/;

const html = readFileSync(page, 'utf8');
const script = html.match(inline)?.[1];
if (script === undefined) throw new Error(`${page} has no inline script: has SvelteKit changed?`);
const name = `/_app/immutable/start-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.js`;
// A classic script, because it finds its place in the page by `document.currentScript`.
write(`build${name}`, script);
const moved = html.replace(inline, `<script src="${name}"></script>`);
if (/<script>/.test(moved)) throw new Error(`${page} has more than one inline script`);
write(page, moved);

function write(file, text) {
  writeFileSync(file, text);
  writeFileSync(`${file}.br`, brotliCompressSync(text));
  writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
}
