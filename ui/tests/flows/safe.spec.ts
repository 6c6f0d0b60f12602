import { expect, test } from '@playwright/test';
import { complaints, settled } from '../look';

const NASTY = '<script>window.hurt = true</script><img src=x onerror="window.hurt=true">';

test('scripts within data are shown as text', async ({ page, request }) => {
  const id = `nasty-${Date.now()}`;
  const entry = (kind: string, data: object) => ({
    specversion: '1.0',
    type: `deskmeter.ticket.${kind}`,
    source: 'flows',
    id: `${id}-${kind}`,
    subject: id,
    time: new Date().toISOString(),
    data: { actor: { role: 'requester', id: NASTY }, ...data },
  });
  const sent = await request.post('/api/v1/events?wait=applied', {
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    data: [
      entry('created', { channel: NASTY, product: NASTY, type: NASTY, group: NASTY, agent: NASTY }),
      entry('message', { visibility: 'public', text: NASTY }),
    ],
  });
  expect((await sent.json()).new, await sent.text()).toBe(2);
  const pages = [
    `/tickets/flows/${id}`,
    '/explore?metrics=volume&by=product&range=today',
    '/explore?metrics=volume&by=product&range=today&as=table',
    '/products?range=today',
    '/channels?range=today',
    '/teams?range=today',
    '/',
  ];
  for (const path of pages) {
    await page.goto(path);
    await settled(page);
    if (!path.startsWith('/?') && path !== '/' && path !== '/teams?range=today') {
      await expect(page.getByText('<script>').first(), path).toBeAttached();
    }
    expect(await page.evaluate(() => 'hurt' in window), path).toBe(false);
  }
});

test('no page may run what it was not shipped with', async ({ page }) => {
  const heard = complaints(page);
  const answer = await page.goto('/');
  const policy = answer?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  await settled(page);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.hurt = true';
    document.body.append(script);
  });
  expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
  expect(heard.some((text) => text.includes('Content Security Policy'))).toBe(true);
});
