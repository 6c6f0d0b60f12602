import { beforeAll, describe, expect, it, vi } from 'vitest';
import { exactly, parts } from './duration';
import { compare, duration, exact, value } from './format';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [9.5, '9.5 s'],
    [59, '59 s'],
    [59.7, '1 min'],
    [90, '1 min 30 s'],
    [600, '10 min'],
    [3599, '1 h'],
    [9000, '2 h 30 min'],
    [86_399, '1 d'],
    [90_000, '1 d 1 h'],
    [8_640_000, '100 d'],
    [-9000, '−2 h 30 min'],
  ])('of %d seconds is %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it('never carries a full smaller unit', () => {
    const per = { d: 24, h: 60, min: 60, s: 60 };
    for (let seconds = 0; seconds < 400_000; seconds += 7) {
      const [first, second] = parts(seconds);
      if (first && second) expect(second.n).toBeLessThan(per[first.unit]);
    }
  });

  it('keeps every digit where it is exact', () => {
    expect(exactly(93_784.25)).toBe('1 d 02:03:04.25');
    expect(exactly(0)).toBe('00:00:00');
  });
});

describe('a value', () => {
  it('is a dash where there is none, never a zero', () => {
    expect(value(null, 'count')).toBe('–');
    expect(value(undefined, 'seconds')).toBe('–');
    expect(value(0, 'count')).toBe('0');
  });

  it.each([
    [12_345, 'count', '12,345'],
    [0.1234, 'share', '12.3%'],
    [4.216, 'score', '4.22'],
    [12, 'points', '+12'],
    [3.25, 'days', '3.3 d'],
  ] as const)('%d as %s is %s', (amount, unit, words) => {
    expect(value(amount, unit)).toBe(words);
  });

  it('has its digits on a hover', () => {
    expect(exact(0.123456, 'share')).toBe('12.3456%');
  });
});

describe('a comparison', () => {
  it('of shares is in percentage points', () => {
    expect(compare(0.9, 0.875, 'share', 'high')).toEqual({
      by: '2.5 pp',
      direction: 'up',
      better: true,
    });
  });

  it('of durations is relative, and less is better', () => {
    expect(compare(90, 100, 'seconds', 'low')).toEqual({
      by: '10%',
      direction: 'down',
      better: true,
    });
  });

  it('judges nothing where neither direction is good', () => {
    expect(compare(2, 1, 'count', 'context')).toEqual({
      by: '100%',
      direction: 'up',
      better: undefined,
    });
  });

  it('needs both values', () => {
    expect(compare(1, null, 'count', 'low')).toBeUndefined();
  });

  it('does not divide by zero', () => {
    expect(compare(4, 0, 'count', 'low')).toEqual({ by: '4', direction: 'up', better: false });
  });
});
