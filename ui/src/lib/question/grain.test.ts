import { describe, expect, it } from 'vitest';
import { daysOf, grainFor } from './grain';

describe('the grain of a period', () => {
  it.each([
    ['today', 'hour'],
    ['last 7 days', 'day'],
    ['last 4 weeks', 'day'],
    ['last 12 weeks', 'week'],
    ['last 52 weeks', 'week'],
    ['last 5 years', 'month'],
    ['this month', 'day'],
    ['2026-03', 'day'],
    ['2026', 'week'],
    ['2026-03-01..2026-03-02', 'hour'],
    ['2026-03-01..2026-05-31', 'week'],
    ['all', 'week'],
  ])('is found for %s', (range, grain) => {
    expect(grainFor(range)).toBe(grain);
  });

  it('is finer where more buckets may be shown', () => {
    expect(grainFor('last 7 days', 200)).toBe('hour');
    expect(grainFor('last 12 weeks', 200)).toBe('day');
  });

  it('does not guess at what it cannot read', () => {
    expect(daysOf('since the flood')).toBeUndefined();
    expect(daysOf('2026-05-31..2026-03-01')).toBeUndefined();
  });
});
