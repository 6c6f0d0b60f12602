// Lighthouse over the built interface on the demo desk: prints its scores and fails below 95.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';

const WANTED = 95;
const KINDS = ['performance', 'accessibility', 'best-practices'];
const address = '127.0.0.1:8379';
const binary = process.env.DESKMETER ?? '../target/demo/deskmeter';

const server = spawn(
  binary,
  ['demo', '--data', '../target/flows/lighthouse', '--listen', address],
  {
    stdio: 'ignore',
  },
);
const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run'],
});
let failed = false;
try {
  await ready();
  for (const [form, config] of [
    ['desktop', desktopConfig],
    ['phone', undefined],
  ]) {
    const run = await lighthouse(
      `http://${address}/`,
      { port: chrome.port, onlyCategories: KINDS, logLevel: 'error' },
      config,
    );
    const report = run?.lhr;
    if (!report) throw new Error('Lighthouse made no report');
    const scores = KINDS.map((kind) => Math.round((report.categories[kind]?.score ?? 0) * 100));
    failed ||= scores.some((score) => score < WANTED);
    process.stdout.write(
      `${form}: ${KINDS.map((kind, at) => `${kind} ${scores[at]}`).join(', ')}\n`,
    );
    for (const id of [
      'first-contentful-paint',
      'largest-contentful-paint',
      'total-blocking-time',
      'cumulative-layout-shift',
      'speed-index',
    ]) {
      process.stdout.write(`  ${id}: ${report.audits[id]?.displayValue}\n`);
    }
    for (const audit of Object.values(report.audits)) {
      if (audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode === 'binary') {
        process.stdout.write(`  not met: ${audit.id}: ${audit.title}\n`);
      }
    }
  }
} finally {
  await chrome.kill();
  server.kill('SIGTERM');
}
process.exitCode = failed ? 1 : 0;

async function ready() {
  for (let tries = 0; tries < 240; tries += 1) {
    const answer = await fetch(`http://${address}/api/v1/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(500);
  }
  throw new Error(`no server at ${address}`);
}
