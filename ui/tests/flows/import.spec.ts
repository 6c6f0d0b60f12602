import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complaints, settled } from '../look';
import { EMPTY } from '../servers';

test.use({ baseURL: EMPTY.url });
test.describe.configure({ mode: 'serial' });

/** A small log in a language and a form of its own. */
const LOG = `Vorgang;Aktion;Bearbeiter;Zeitpunkt;Produkt
4711;Erstellt;;02.03.2026 09:00;Drucker
4711;Gelöst;Ada;02.03.2026 11:30;Drucker
4712;Erstellt;;03.03.2026 10:00;Scanner
4712;Gelöst;Ben;03.03.2026 10:45;Scanner
;Erstellt;;03.03.2026 10:00;Scanner
`;

test('a log is imported by pointing at its columns; what cannot be read is kept', async ({
  page,
}) => {
  const file = join(mkdtempSync(join(tmpdir(), 'deskmeter-')), 'vorgaenge.csv');
  writeFileSync(file, LOG);
  await page.goto('/sources/import');
  await settled(page);
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: /^Next/ }).click();
  await page.getByLabel('Ticket number').selectOption('Vorgang');
  await page.getByLabel('When it happened').selectOption('Zeitpunkt');
  await page.getByLabel('What happened').selectOption('Aktion');
  await expect(page.getByRole('main')).toContainText('What the values mean');
  await expect(page.getByRole('main')).toContainText('Gelöst');
  await page.getByRole('button', { name: 'Check what would happen' }).click();
  await page.getByRole('button', { name: /^Import \d/ }).click();
  await expect(page.getByRole('main')).toContainText('Imported');
  await expect(page.getByRole('main')).toContainText('1 in quarantine');
  await page.goto('/explore?metrics=volume&by=product&range=all&as=table');
  await settled(page);
  await expect(page.getByRole('main')).toContainText('Drucker');
});

const REAL = join(
  process.env.SHARED_DATA ?? '',
  'italian_helpdesk',
  'helpdesk_full_attributes.csv.zst',
);

test('a real help desk: imported, its worst week found, and a ticket that shows why', async ({
  page,
  request,
}) => {
  test.skip(!process.env.SHARED_DATA || !existsSync(REAL), 'the real data are not here');
  const heard = complaints(page);
  const file = join(mkdtempSync(join(tmpdir(), 'deskmeter-')), 'helpdesk.csv');
  writeFileSync(file, execFileSync('zstd', ['-dc', REAL], { maxBuffer: 1 << 28 }));

  await page.goto('/sources/import');
  await settled(page);
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: /^Next/ }).click();
  await page.getByRole('textbox', { name: 'Name of this connection' }).fill('italy');
  await page.getByRole('button', { name: 'Check what would happen' }).click();
  await page.getByRole('button', { name: /^Import [\d,.]+ events of 4,580 tickets/ }).click();
  await expect(page.getByRole('main')).toContainText('21,348 rows', { timeout: 60_000 });
  await expect(page.getByRole('main')).toContainText('0 in quarantine');

  // The totals are those that are known of these data: 4,580 tickets, 154 of them reopened.
  const where = encodeURIComponent('source = italy');
  const asked = await request.get(
    `/api/v1/questions?metrics=volume,reopen_rate&clock=calendar&where=${where}`,
  );
  const [row] = (await asked.json()).rows;
  expect(row.cells.volume.value).toBe(4580);
  expect(row.cells.reopen_rate.numerator).toBe(154);

  // Home is about the period of the file, counted in calendar time for want of business hours.
  await page.getByRole('link', { name: 'See the numbers' }).click();
  await expect(page).toHaveURL(/range=2010-01-13\.\.2014-01-03/);
  await expect(page).toHaveURL(/clock=calendar/);
  await settled(page);

  // An earlier period, and what stood out in it.
  await page.getByRole('combobox', { name: 'Period' }).selectOption('custom');
  await page.getByRole('dialog').getByLabel('From').fill('2010-06-01');
  await page.getByRole('dialog').getByLabel('To').fill('2013-01-01');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/range=2010-06-01\.\.2013-01-01/);
  await settled(page);
  const worst = page.locator('section', { hasText: 'What stood out' }).locator('ol > li').first();
  await expect(worst).toContainText('Full resolution time');
  await expect(worst).toContainText('times the usual');
  await worst.getByRole('button').first().click();
  await expect(worst.getByRole('link', { name: 'By product' }).first()).toBeVisible();
  await expect(worst.getByRole('link', { name: 'By team' }).first()).toBeVisible();
  await worst.getByRole('link', { name: /Open the worst tickets/ }).click();
  await settled(page);
  await expect(page.getByRole('main')).toContainText('exactly the n of the number');
  await page.getByRole('main').locator('a[href^="/tickets/"]').first().click();
  await settled(page);
  await expect(page.getByRole('main')).toContainText('adds up');
  await expect(page.getByRole('main')).not.toContainText('does not add up');
  expect(heard).toEqual([]);
});
