import { describe, expect, it } from 'vitest';
import { DEFAULT_MIX, blend, expected, readMix, strata, type Strata } from './mix';

const of = (parts: Record<string, [number, number | null]>): Strata =>
  new Map(Object.entries(parts).map(([key, [n, value]]) => [key, { n, value }]));

describe('what is expected of a mix', () => {
  // The desk keeps 90 % on mail and 50 % on the phone.
  const desk = of({ mail: [300, 0.9], phone: [100, 0.5] });

  it('is the desk’s value for the desk’s mix', () => {
    expect(expected(desk, desk, 0.8)?.value).toBeCloseTo(0.8);
  });

  it('follows the mix of those it is about', () => {
    expect(expected(of({ phone: [40, 0.55] }), desk, 0.8)?.value).toBeCloseTo(0.5);
    expect(expected(of({ mail: [10, 1], phone: [10, 0] }), desk, 0.8)?.value).toBeCloseTo(0.7);
  });

  it('scales medians so that the peers meet what is expected of them', () => {
    // The median of all is 60 although the weighted strata give 75.
    const medians = of({ mail: [75, 50], phone: [25, 150] });
    expect(expected(medians, medians, 60)?.value).toBeCloseTo(60);
    expect(expected(of({ phone: [5, 999] }), medians, 60)?.value).toBeCloseTo(120);
  });

  it('says how much of the mix could be compared', () => {
    const found = expected(of({ mail: [30, 1], fax: [10, 1] }), desk, 0.8);
    expect(found?.covered).toBeCloseTo(0.75);
    expect(found?.value).toBeCloseTo(0.9);
    expect(expected(of({ fax: [10, 1] }), desk, 0.8)).toBeUndefined();
  });

  it('is unknown where the whole is', () => {
    expect(expected(desk, desk, null)).toBeUndefined();
    expect(blend(of({}), desk)).toBeUndefined();
  });

  it('does not divide by nothing', () => {
    const none = of({ mail: [10, 0] });
    expect(expected(of({ mail: [4, 0.5] }), none, 0)?.value).toBe(0);
  });
});

describe('strata', () => {
  it('are read from rows, without what has no cases', () => {
    const rows = [
      { channel: 'email', priority: 'high', cells: { csat: { n: 3, value: 1 } } },
      { channel: 'email', priority: 'low', cells: { csat: { n: 0, value: null } } },
    ];
    const found = strata(rows, ['channel', 'priority'], 'csat');
    expect([...found.values()]).toEqual([{ n: 3, value: 1 }]);
  });

  it('are picked by the address', () => {
    expect(readMix(new URLSearchParams('mix=channel-type'))).toBe('channel-type');
    expect(readMix(new URLSearchParams('mix=none'))).toBe(DEFAULT_MIX);
  });
});
