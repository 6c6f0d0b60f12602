import { expect, test } from '@playwright/test';
import { settled } from '../look';

const SCRIPT_BYTES_MAX = 200_000;

test('the first load is small, and asks no more than it needs', async ({ page }) => {
  const scripts = new Map<string, number>();
  const asked: string[] = [];
  page.on('requestfinished', async (request) => {
    const path = new URL(request.url()).pathname;
    if (request.resourceType() === 'script') {
      scripts.set(path, (await request.sizes()).responseBodySize);
    }
    if (path.startsWith('/api/')) asked.push(`${request.method()} ${path}`);
  });
  await page.goto('/');
  await settled(page);
  // Charts come later and are not counted; they are recognised by their size.
  const sizes = [...scripts.values()].sort((one, other) => other - one);
  const charts = await page.evaluate(() => document.querySelectorAll('canvas').length > 0);
  const total = sizes.slice(charts ? 1 : 0).reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(10_000);
  expect(total).toBeLessThan(SCRIPT_BYTES_MAX);
  const questions = asked.filter((request) => request === 'POST /api/v1/questions');
  expect(questions.length).toBeLessThanOrEqual(2);
  expect(new Set(asked).size).toBeGreaterThanOrEqual(asked.length - 3);
});

test('what never changes is not asked for twice', async ({ page, request }) => {
  await page.goto('/');
  await settled(page);
  const script = await page.evaluate(
    () =>
      performance.getEntriesByType('resource').find(({ name }) => name.includes('/_app/immutable/'))
        ?.name ?? '',
  );
  const file = await request.get(script, { headers: { 'accept-encoding': 'br' } });
  expect(file.headers()['cache-control']).toContain('immutable');
  expect(file.headers()['content-encoding']).toBe('br');
  const metrics = await request.get('/api/v1/metrics');
  const tag = metrics.headers()['etag'] ?? '';
  expect(tag).not.toBe('');
  const again = await request.get('/api/v1/metrics', { headers: { 'if-none-match': tag } });
  expect(again.status()).toBe(304);
});
