// From a press to the next paint, on a running server: `node scripts/paint.mjs http://127.0.0.1:8080`.
// Prints the Event Timing API's durations of each press; they are rounded to 8 ms by the browser.
import { chromium } from '@playwright/test';

const base = process.argv[2] ?? 'http://127.0.0.1:8080';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
await page.addInitScript(() => {
  window.presses = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.interactionId) window.presses.push(entry.duration);
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
});

// Chosen by the keyboard: what a script selects is no press.
const period = async () => {
  await page.getByRole('combobox', { name: 'Period' }).focus();
  await page.keyboard.press('ArrowDown');
};
await visit('/', {
  'another period': period,
  'a week opened': () => page.getByRole('button', { name: 'Who caused it' }).first().click(),
  'the palette': () => page.keyboard.press('/'),
  'a word searched': () => page.keyboard.type('response'),
});
await visit('/explore?metrics=first_response_time&by=channel&every=week&range=last+52+weeks', {
  'as bars': () => page.getByRole('button', { name: /^Bars/ }).click(),
  'as a table': () =>
    page
      .getByRole('button', { name: /^Table/ })
      .first()
      .click(),
  'a comparison': () => page.getByLabel('Previous period').click(),
});
await visit('/sla?range=last+12+weeks', {
  'another period': period,
});
await browser.close();

async function visit(path, presses) {
  await page.goto(base + path);
  const shown = Date.now();
  await page
    .locator('.skeleton')
    .first()
    .waitFor({ state: 'attached', timeout: 2_000 })
    .catch(() => undefined);
  await page.waitForFunction(() => !document.querySelector('.skeleton, .wait'), undefined, {
    timeout: 120_000,
  });
  process.stdout.write(`${path}: all numbers there after ${Date.now() - shown} ms\n`);
  for (const [name, press] of Object.entries(presses)) {
    await page.evaluate(() => (window.presses = []));
    await press();
    await page.waitForTimeout(1_500);
    const durations = await page.evaluate(() => window.presses);
    const slowest = durations.length ? `${Math.max(...durations)} ms` : 'under 16 ms';
    process.stdout.write(`  ${name}: ${slowest}\n`);
  }
}
