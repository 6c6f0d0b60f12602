import { beforeAll, describe, expect, it, vi } from 'vitest';
import { durationText, policyText, readDuration, readValue, valueText } from './value';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

describe('a duration', () => {
  it.each([
    ['2 h 30 min', 9_000],
    ['2h30', 9_000],
    ['2h 30m', 9_000],
    ['1:30', 5_400],
    ['90 min', 5_400],
    ['1,5 Std.', 5_400],
    ['1.5 hours', 5_400],
    ['45 s', 45],
    ['2 days', 172_800],
    ['1 Tag 2 Stunden', 93_600],
  ])('%s is %d seconds', (text, seconds) => {
    expect(readDuration(text)).toBe(seconds);
  });

  it.each(['', '30', 'soon', '2 m 3 h', '3 weeks', '-1 h'])('%s is none', (text) => {
    expect(readDuration(text)).toBeUndefined();
  });

  it('is written for people and for policies, and read back', () => {
    for (const seconds of [1, 59, 60, 5_400, 86_400, 93_784]) {
      expect(readDuration(durationText(seconds))).toBe(seconds);
      expect(readDuration(policyText(seconds))).toBe(seconds);
    }
    expect(durationText(95_400)).toBe('26 h 30 min');
    expect(policyText(5_400)).toBe('1h 30m');
  });
});

describe('a value', () => {
  it.each([
    ['90 %', 'share', 0.9],
    ['90', 'share', 0.9],
    ['0.9', 'share', 0.9],
    ['92,5 %', 'share', 0.925],
    ['4,5', 'score', 4.5],
    ['1 200', 'count', 1200],
    ['2.5 d', 'days', 2.5],
    ['2.5', 'days', 2.5],
    ['4 h', 'seconds', 14_400],
  ] as const)('%s as %s is %d', (text, unit, amount) => {
    expect(readValue(text, unit)).toBe(amount);
  });

  it.each([
    ['120 %', 'share'],
    ['many', 'count'],
    ['4', 'seconds'],
  ] as const)('%s as %s is none', (text, unit) => {
    expect(readValue(text, unit)).toBeUndefined();
  });

  it('is written as it is read', () => {
    expect(valueText(0.925, 'share')).toBe('92.5%');
    expect(valueText(2.5, 'days')).toBe('2.5 d');
  });
});
