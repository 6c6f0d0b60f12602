import { beforeAll, describe, expect, it, vi } from 'vitest';
import { bucket, instant, period, relative } from './date';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

describe('an instant', () => {
  it('is shown in the zone of the answer', () => {
    expect(instant('2026-03-02T08:15:00Z', 'Europe/Berlin')).toBe('2 Mar 2026, 09:15');
    expect(instant('2026-03-02T08:15:00Z', 'America/New_York')).toBe('2 Mar 2026, 03:15');
  });

  it('is so long ago', () => {
    const now = Date.parse('2026-03-02T12:00:00Z');
    expect(relative('2026-03-02T09:00:00Z', now)).toBe('3 hours ago');
    expect(relative('2026-03-02T12:20:00Z', now)).toBe('in 20 minutes');
  });
});

describe('a bucket', () => {
  it.each([
    ['2026-11-09', 'week', '9 Nov 2026'],
    ['2026-11-01', 'month', 'Nov 2026'],
    ['2026-11-09T14:00', 'hour', '9 Nov, 14:00'],
  ])('%s of a %s is %s', (time, every, words) => {
    expect(bucket(time, every)).toBe(words);
  });
});

it('a period ends on its last day, not on the first after it', () => {
  const words = period('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', 'UTC');
  expect(words.replace(/\s/g, '')).toBe('1–31Mar2026');
});
