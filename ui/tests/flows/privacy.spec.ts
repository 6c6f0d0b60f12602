import { expect, test } from '@playwright/test';
import { settled } from '../look';

test('a person is erased, and no file holds them any more', async ({ page, request }) => {
  const person = `person-${Date.now()}@example.org`;
  const entry = (kind: string, data: object) => ({
    specversion: '1.0',
    type: `deskmeter.ticket.${kind}`,
    source: 'flows',
    id: `${person}-${kind}`.replace('@', '-at-').replace('person', 'entry'),
    subject: `private-${Date.now()}`,
    time: new Date().toISOString(),
    data: { actor: { role: 'requester', id: person }, ...data },
  });
  const sent = await request.post('/api/v1/events?wait=applied', {
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    data: [
      entry('created', { channel: 'email', requester: person }),
      entry('message', { visibility: 'public', text: `Yours, ${person}` }),
    ],
  });
  expect((await sent.json()).new, await sent.text()).toBe(2);
  await page.goto('/settings/privacy');
  await settled(page);
  await page.getByLabel('Their ids, one a line').fill(person);
  await page.getByRole('button', { name: 'Look for traces' }).click();
  await expect(page.getByText(/found in \d+ place/)).toBeVisible({ timeout: 15_000 });
  await page.getByRole('button', { name: 'See what that touches' }).click();
  await expect(page.getByText(/^It touches [12] tickets? with/)).toBeVisible();
  await page.screenshot({ path: '../target/flows/pictures/privacy-plan.png', fullPage: true });
  await page.getByRole('button', { name: 'Erase …' }).click();
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await expect(page.getByText(/^Erasure \d+ is (done|in force)/)).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole('region', { name: 'Erasures' }).getByRole('row')).not.toHaveCount(1);
  // What reads an old file at that moment may keep it for a little longer.
  await expect(async () => {
    await page.getByRole('button', { name: 'Look for traces' }).click();
    await expect(page.getByText('nothing found')).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 25_000 });
});

test('what is kept for how long is changed', async ({ page, request }) => {
  await page.goto('/settings/privacy');
  await settled(page);
  await page.getByRole('button', { name: 'Add a rule' }).click();
  const rule = page.getByRole('group', { name: 'Words of messages' });
  await rule.getByLabel('How long').fill('0');
  await expect(page.getByRole('button', { name: 'Put in force' })).toBeDisabled();
  await rule.getByLabel('How long').fill('400');
  await rule.getByLabel('Only tickets of the source').fill('nowhere');
  await page.getByRole('button', { name: 'Put in force' }).click();
  await expect(page.getByText('In force.')).toBeVisible();
  await expect(page.getByText(/^Past their time now: 0 tickets/)).toBeVisible();
  const { rules } = await (await request.get('/api/v1/retention')).json();
  expect(rules).toEqual([{ field: 'text', after: '400d', by: 'closed', source: 'nowhere' }]);
  await page.getByRole('button', { name: 'Remove the rule: Words of messages' }).click();
  await page.getByRole('button', { name: 'Put in force' }).click();
  await expect(page.getByText('Everything is kept')).toBeVisible();
  expect(await (await request.get('/api/v1/retention')).json()).toEqual({ rules: [] });
});
