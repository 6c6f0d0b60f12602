import { readFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('the types are those of openapi.json: refresh them with `npm run api`', async () => {
  const document = new URL('../../../../openapi.json', import.meta.url);
  const written = readFileSync(new URL('schema.ts', import.meta.url), 'utf8');
  const made = astToString(await openapi(document, { alphabetize: true }));
  expect(written.endsWith(made)).toBe(true);
});
