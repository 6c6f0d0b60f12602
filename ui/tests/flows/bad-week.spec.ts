import { expect, test } from '@playwright/test';
import { complaints, settled } from '../look';

/**
 * The demo desk has one bad week: payments fail in America, and the team there cannot keep up.
 * Somebody who knows nothing of it finds it from the home page alone.
 */
test('a newcomer finds the bad week, who caused it, and a ticket that shows why', async ({
  page,
}) => {
  const heard = complaints(page);
  await page.goto('/');
  await settled(page);

  // What stood out most stands first, in words, with the product and the team behind it.
  const stories = page.locator('section', { hasText: 'What stood out' }).locator('ol > li');
  const worst = stories.first();
  await expect(worst).toContainText('First response time (slowest 10 %)');
  await expect(worst).toContainText('times the usual');
  await expect(worst).toContainText('Mostly');
  await expect(worst.getByRole('link', { name: 'Payments', exact: true })).toBeVisible();
  await expect(worst.getByRole('link', { name: 'Billing AMER', exact: true })).toBeVisible();

  // Opened, it shows the products and teams of those weeks beside each other.
  await worst.getByRole('button').first().click();
  await expect(worst.getByRole('link', { name: 'By product' }).first()).toBeVisible();
  await expect(worst.getByRole('link', { name: 'By team' }).first()).toBeVisible();

  // From there to the tickets, exactly as many as the number counts.
  await worst.getByRole('link', { name: /Open the worst tickets: Payments/ }).click();
  await expect(page).toHaveURL(/\/cell\?/);
  await settled(page);
  await expect(page.getByRole('main')).toContainText('exactly the n of the number');
  await page.getByRole('main').locator('a[href^="/tickets/"]').first().click();

  // And one ticket tells why: payments, a long wait, and every part of its clock.
  await expect(page).toHaveURL(/\/tickets\//);
  await settled(page);
  const ticket = page.getByRole('main');
  await expect(ticket).toContainText('Payments');
  await expect(ticket).toContainText('Billing AMER');
  await expect(ticket).toContainText('The number you came from');
  await expect(ticket).toContainText('adds up');
  await expect(ticket).not.toContainText('does not add up');
  expect(heard).toEqual([]);
});
