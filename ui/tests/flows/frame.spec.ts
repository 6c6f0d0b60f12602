import { expect, test } from '@playwright/test';
import { settled } from '../look';

test('everything can be reached by keyboard', async ({ page }) => {
  await page.goto('/');
  await settled(page);
  await page.keyboard.press('/');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.type('sla');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/(sla|metrics\/sla)/);
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await expect(page).toHaveURL(/\/backlog/);
  await settled(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the first key leads past the navigation', async ({ page }) => {
  await page.goto('/');
  await settled(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('a ticket is found by its name', async ({ page }) => {
  const cell = '/cell?metrics=volume&range=last+4+weeks&cell.metric=volume';
  await page.goto(cell);
  await settled(page);
  const href = (await page.locator('a[href^="/tickets/"]').first().getAttribute('href')) ?? '';
  const name = decodeURIComponent(new URL(href, 'http://desk').pathname.replace('/tickets/', ''));
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/tickets\//);
  await settled(page);
});

test('the question lives in the address: back, forward, reload', async ({ page }) => {
  await page.goto('/sla');
  await settled(page);
  await page.getByRole('combobox', { name: 'Period' }).selectOption('last 12 weeks');
  await expect(page).toHaveURL(/range=last\+12\+weeks/);
  await page.reload();
  await settled(page);
  await expect(page.getByRole('combobox', { name: 'Period' })).toHaveValue('last 12 weeks');
  await page.goBack();
  await expect(page.getByRole('combobox', { name: 'Period' })).toHaveValue('last 4 weeks');
  await page.goForward();
  await expect(page.getByRole('combobox', { name: 'Period' })).toHaveValue('last 12 weeks');
  // The scope goes along to other pages.
  await page.getByRole('link', { name: 'Teams & agents' }).click();
  await expect(page).toHaveURL(/\/teams\?range=last\+12\+weeks/);
});

test('a wrong question says what is wrong, where, and what to do', async ({ page }) => {
  await page.goto('/explore?metrics=first_respons_time');
  await expect(page.getByText('first_response_time').first()).toBeVisible();
});

test('an address that leads nowhere says so', async ({ page }) => {
  await page.goto('/no/such/page');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such page');
});

test('without the server the numbers stay, and say how old they are', async ({ page }) => {
  await page.goto('/backlog');
  await settled(page);
  const before = await page.locator('main').innerText();
  // Requests are cut off here: a server that is gone, as the page sees it.
  await page.route('**/api/v1/**', (route) => route.abort());
  await page.getByRole('combobox', { name: 'Period' }).selectOption('last 12 weeks');
  await expect(page.getByText('Older numbers').first()).toBeVisible();
  expect((await page.locator('main').innerText()).length).toBeGreaterThan(before.length / 2);
  await page.unroute('**/api/v1/**');
});

test.describe('in German', () => {
  test.use({ locale: 'de-DE' });

  test('words, numbers and dates are German', async ({ page }) => {
    await page.goto('/');
    await settled(page);
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByRole('link', { name: 'Rückstand & Fluss' })).toBeVisible();
    await expect(page.locator('main')).toContainText(/\d,\d+\s%/);
    await expect(page.locator('main')).toContainText('Zeit bis zur ersten Antwort');
  });
});

test('on paper there is no navigation', async ({ page }) => {
  await page.goto('/metrics/first_response_time');
  await settled(page);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation').first()).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});
