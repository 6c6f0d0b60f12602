import { describe, expect, it } from 'vitest';
import type { Cell } from '$lib/api/types';
import type { Core } from './core';
import { answer, meta, share, weekly } from './sample';
import { missed, strength, tiles, type Targets } from './tile';

const NOW = Date.parse('2026-02-02T00:00:00Z');
const core: Core[] = [{ metric: 'sla', team: 'group', least: 1, loud: 3 }];
const sla = meta({ metric: 'sla', unit: 'share', kind: 'share', good: 'high' });
const calm = weekly(
  'sla',
  Array.from({ length: 30 }, (_, at) => share(at % 2 ? 81 : 79, 100)),
);

function tile(cell: Cell, then?: Cell, targets: Targets = {}, good: 'high' | 'context' = 'high') {
  const one = { ...sla, good };
  const row = { cells: { sla: then ? { ...cell, compared: { previous_period: then } } : cell } };
  return tiles(core, answer([one], [row]), answer([one], calm), targets, NOW)[0];
}

describe('how far a value misses its target', () => {
  it('is relative, and nothing on the good side', () => {
    expect(missed(0.71, 0.9, 'high')).toBeCloseTo(0.211, 3);
    expect(missed(0.95, 0.9, 'high')).toBe(0);
    expect(missed(7200, 3600, 'low')).toBe(1);
    expect(missed(7200, 3600, 'context')).toBe(0);
  });
});

describe('a tile', () => {
  it('is off target whatever the change, and finds its target by metric or variant', () => {
    expect(tile(share(71, 100), share(60, 100), { sla: { value: 0.9 } })).toMatchObject({
      standing: 'off',
      target: 0.9,
    });
    const both = { sla: { value: 0.9 }, 'sla:standard': { value: 0.7 } };
    expect(tile(share(71, 100), undefined, both)).toMatchObject({ target: 0.7, standing: 'usual' });
  });

  it('is worse or better only beyond chance', () => {
    expect(tile(share(700, 1000), share(800, 1000))?.standing).toBe('worse');
    expect(tile(share(900, 1000), share(800, 1000))?.standing).toBe('better');
    expect(tile(share(7, 10), share(8, 10))?.standing).toBe('usual');
    expect(tile(share(700, 1000), share(800, 1000), {}, 'context')?.standing).toBe('changed');
  });

  it('does not tell a change of less than three in a hundred, however certain', () => {
    const [a, b] = [share(790_000, 1_000_000), share(800_000, 1_000_000)];
    expect(strength(a, b, sla, [], 4)).toBeLessThan(-2);
    expect(tile(a, b)).toMatchObject({ standing: 'usual', change: 0 });
  });

  it('without a value says so', () => {
    expect(tile({ value: null, n: 0 })).toMatchObject({ standing: 'none', distance: 0 });
  });

  it('is none where nothing is now and nothing was then', () => {
    expect(tile(share(0, 0), share(0, 0))?.standing).toBe('none');
  });
});

describe('what chance explains', () => {
  const weeks = weekly(
    'x',
    Array.from({ length: 30 }, (_, at) => ({ value: at % 2 ? 110 : 90, n: 100 })),
  ).map((row) => ({ time: row.time ?? '', partial: false, cell: row.cells.x }));
  const of = (kind: 'stock' | 'count' | 'flow', n: number, length: number) =>
    strength({ value: 200, n }, { value: 100, n }, { unit: 'ratio', kind }, weeks, length);

  it('is less for values that rest on more cases', () => {
    expect(of('flow', 400, 4) / of('flow', 100, 1)).toBeCloseTo(2);
    expect(of('flow', 25, 1) / of('flow', 100, 1)).toBeCloseTo(0.5);
  });

  it('grows with the weeks that a count is of, and stays for a stock', () => {
    expect(of('count', 100, 1) / of('count', 100, 4)).toBeCloseTo(2);
    expect(of('stock', 100, 4)).toBe(of('stock', 100, 1));
  });

  it('is at least that of rare events', () => {
    const meta = { unit: 'count', kind: 'count' } as const;
    expect(strength({ value: 9, n: 9 }, { value: 7, n: 7 }, meta, [], 1)).toBeCloseTo(0.5);
  });
});
