import { expect, test } from '@playwright/test';
import { DEMO } from '../servers';
import { settled } from '../look';

/** An event of a ticket, now. */
function event(ticket: string, kind: string, data: object) {
  return {
    specversion: '1.0',
    type: `deskmeter.ticket.${kind}`,
    source: 'flows',
    id: `${ticket}-${kind}`,
    subject: ticket,
    time: new Date().toISOString(),
    data,
  };
}

const HEADERS = { 'content-type': 'application/cloudevents-batch+json' };
const requester = { role: 'requester', id: 'ada' };
const agent = { role: 'agent', id: 'agent-01' };

test('what happens now moves the number at once, and the page stays where it is', async ({
  page,
  request,
}) => {
  await page.setViewportSize({ width: 1000, height: 420 });
  await page.goto('/explore?metrics=volume&by=source&range=today&as=table');
  await settled(page);
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible();
  const ticket = `live-${Date.now()}`;
  await page.evaluate(() => window.scrollTo(0, 120));
  const scrolled = await page.evaluate(() => window.scrollY);
  expect(scrolled).toBeGreaterThan(0);
  const sent = await request.post('/api/v1/events?wait=applied', {
    headers: HEADERS,
    data: [event(ticket, 'created', { actor: requester, channel: 'email' })],
  });
  expect((await sent.json()).new).toBe(1);
  await expect(page.getByRole('main').getByText('flows').first()).toBeVisible({ timeout: 3_000 });
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
});

test('an open ticket shows its answer the moment it is given', async ({ page, request }) => {
  const ticket = `open-${Date.now()}`;
  const asked = [
    event(ticket, 'created', { actor: requester, channel: 'email' }),
    event(ticket, 'message', { actor: requester, visibility: 'public' }),
  ];
  await request.post('/api/v1/events?wait=applied', { headers: HEADERS, data: asked });
  await page.goto(`/tickets/flows/${ticket}`);
  await settled(page);
  const before = await page.getByRole('main').innerText();
  expect(before).toContain(ticket);
  const solved = event(ticket, 'status', { actor: agent, status: 'solved' });
  await request.post('/api/v1/events?wait=applied', { headers: HEADERS, data: [solved] });
  await expect
    .poll(() => page.getByRole('main').innerText(), { timeout: 3_000 })
    .toMatch(/solved/i);
});

test('a page is opened while events come in', async ({ page, request }) => {
  await page.goto('/explore?metrics=volume&by=source&range=today&as=table');
  await settled(page);
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible();
  // The parts of the next page come slowly, and meanwhile something happens.
  await page.route('**/_app/immutable/**', async (route) => {
    await new Promise((come) => setTimeout(come, 2_000));
    await route.continue();
  });
  const opened = page.getByRole('link', { name: 'Teams & agents' }).first().click();
  const created = event(`busy-${Date.now()}`, 'created', { actor: requester, channel: 'email' });
  await request.post('/api/v1/events?wait=applied', { headers: HEADERS, data: [created] });
  await opened;
  await expect(page).toHaveURL(/\/teams/, { timeout: 15_000 });
});

test('a stream that breaks is taken up again without a gap', async ({ page, request, context }) => {
  await page.goto(
    '/explore?metrics=volume&by=source&range=today&as=table&where=source%20%3D%20gap',
  );
  await settled(page);
  await context.setOffline(true);
  await request.post(`${DEMO.url}/api/v1/events?wait=applied`, {
    headers: HEADERS,
    data: [
      {
        ...event(`gap-${Date.now()}`, 'created', { actor: requester, channel: 'chat' }),
        source: 'gap',
      },
    ],
  });
  await context.setOffline(false);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(page.getByRole('main').getByText('gap', { exact: true }).first()).toBeVisible({
    timeout: 20_000,
  });
});
