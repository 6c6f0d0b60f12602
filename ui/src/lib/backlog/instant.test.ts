import { describe, expect, it } from 'vitest';
import { begun, ends, nearest, readAt, stops, ticks, toInstant, toLocal, toText } from './instant';

const at = Date.parse;

describe('instants', () => {
  it('go from local time and back, across a change of the clocks', () => {
    expect(toInstant('2026-06-01T12:00', 'Europe/Berlin')).toBe(at('2026-06-01T10:00:00Z'));
    expect(toInstant('2026-01-15', 'Europe/Berlin')).toBe(at('2026-01-14T23:00:00Z'));
    expect(toLocal(at('2026-06-01T10:00:00Z'), 'Europe/Berlin')).toBe('2026-06-01T12:00');
    expect(toText(at('2026-06-01T10:00:00Z'))).toBe('2026-06-01T10:00:00Z');
  });

  it('end each bucket where the next begins, and the last one now', () => {
    const now = at('2026-03-30T12:00:00Z');
    expect(ends(['2026-03-28', '2026-03-29', '2026-03-30'], now, 'Europe/Berlin')).toEqual([
      at('2026-03-28T23:00:00Z'),
      at('2026-03-29T22:00:00Z'),
      now,
    ]);
  });

  it('leave out buckets that have not begun', () => {
    const now = at('2026-03-29T12:00:00Z');
    expect(begun(['2026-03-28', '2026-03-29', '2026-03-30'], now, 'UTC')).toHaveLength(2);
  });

  it('are read from an address, or not at all', () => {
    expect(readAt('2026-06-01T10:00:00Z')).toBe(at('2026-06-01T10:00:00Z'));
    expect(readAt('soon')).toBeUndefined();
    expect(readAt(null)).toBeUndefined();
  });
});

describe('the stops of the slider', () => {
  const zone = 'Europe/Berlin';

  it('are whole hours for four weeks, and both ends', () => {
    const found = stops(at('2026-10-26T00:00:00Z'), at('2026-11-22T03:07:00Z'), zone);
    expect(found[0]).toBe(at('2026-10-26T00:00:00Z'));
    expect(found.at(-1)).toBe(at('2026-11-22T03:07:00Z'));
    expect((found[2] ?? 0) - (found[1] ?? 0)).toBe(3_600_000);
    expect(found.length).toBeLessThan(800);
    expect([...found].sort((a, b) => a - b)).toEqual(found);
  });

  it('are local midnights for a year, whatever the clocks do', () => {
    const found = stops(at('2025-11-22T00:00:00Z'), at('2026-11-22T00:00:00Z'), zone);
    expect(found.slice(1, -1).every((stop) => toLocal(stop, zone).endsWith('T00:00'))).toBe(true);
    expect(found.length).toBeGreaterThan(360);
  });

  it('never end before they begin', () => {
    expect(stops(5, 5, zone)).toEqual([5]);
    expect(nearest([1, 5, 9], 6)).toBe(5);
  });
});

describe('the ticks of the axis', () => {
  it('are few', () => {
    expect(ticks(Array.from({ length: 28 }, (_, at) => `2026-10-${at + 1}`))).toHaveLength(7);
  });

  it('are days where buckets are hours', () => {
    const hours = Array.from({ length: 168 }, (_, at) => {
      const hour = String(at % 24).padStart(2, '0');
      return `2026-11-${16 + Math.floor(at / 24)}T${hour}:00`;
    });
    expect(ticks(hours)).toEqual([0, 24, 48, 72, 96, 120, 144]);
  });
});
