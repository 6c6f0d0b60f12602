import { describe, expect, it } from 'vitest';
import type { Cell } from '$lib/api/types';
import { exactly, keyed, named, parts, type Part } from './blame';
import { answer, meta, share } from './sample';

const rows = (cells: Record<string, Cell>) =>
  Object.entries(cells).map(([key, cell]) => ({ key: [key], cell }));
const sum = (all: Part[]) => all.reduce((total, { part }) => total + part, 0);
const sla = meta({ metric: 'sla', unit: 'share', kind: 'share', good: 'high' });
const count = meta({ metric: 'volume', unit: 'count', kind: 'count', good: 'context' });

describe('contributions to a share', () => {
  it('add up to the change exactly', () => {
    const now = rows({ a: share(10, 60), b: share(35, 40), c: share(3, 3) });
    const then = rows({ a: share(90, 100), b: share(270, 300) });
    const all = parts(now, then, sla);
    expect(sum(all)).toBeCloseTo(48 / 103 - 360 / 400, 12);
    expect(all.reduce((total, one) => total + one.share, 0)).toBeCloseTo(1, 12);
    expect(all[0]?.key).toEqual(['a']);
  });

  it('see a bad group that grew, though no group got worse', () => {
    const now = rows({ bad: share(45, 90), good: share(9, 10) });
    const then = rows({ bad: share(5, 10), good: share(81, 90) });
    const [first] = parts(now, then, sla);
    expect(first?.key).toEqual(['bad']);
    expect(first?.share).toBeGreaterThan(0.8);
  });

  it('are nothing where nothing was', () => {
    expect(parts([], [], sla)).toEqual([]);
    expect(parts(rows({ a: share(0, 0) }), [], sla)[0]).toMatchObject({ part: 0, share: 0 });
  });
});

describe('contributions to a count', () => {
  it('are each one’s own change against as long a time before', () => {
    const now = rows({ a: { value: 30, n: 30 }, b: { value: 10, n: 10 } });
    const then = rows({ a: { value: 80, n: 80 }, b: { value: 80, n: 80 }, c: { value: 8, n: 8 } });
    const all = parts(now, then, count, { scale: 8 });
    expect(all.map(({ key, part }) => [key[0], part])).toEqual([
      ['a', 20],
      ['b', 0],
      ['c', -1],
    ]);
  });
});

describe('contributions to a median', () => {
  const wait = meta({ metric: 'wait' });

  it('weigh the groups’ own statistic by n', () => {
    const cell = (median: number, p90: number, n: number): Cell => ({
      value: median,
      n,
      statistics: { median, p90 },
    });
    const now = rows({ a: cell(100, 900, 50), b: cell(100, 200, 50) });
    const then = rows({ a: cell(100, 200, 50), b: cell(100, 200, 50) });
    expect(parts(now, then, wait, { statistic: 'p90' })[0]).toMatchObject({
      key: ['a'],
      part: 350,
      share: 1,
      weight: 0.5,
    });
    expect(parts(now, then, wait, { statistic: 'median' })[0]?.share).toBe(0);
  });

  it('are the only ones that do not add up', () => {
    expect(exactly(wait)).toBe(false);
    expect(exactly(sla)).toBe(true);
    expect(exactly(count)).toBe(true);
  });
});

describe('who is named', () => {
  const part = (key: string, share: number, weight: number): Part => ({
    key: [key],
    now: undefined,
    then: undefined,
    part: share,
    share,
    weight,
  });

  it('has a large part that its size does not explain', () => {
    const all = [part('large', 0.6, 0.6), part('small', 0.5, 0.1), part('(none)', 0.9, 0.1)];
    expect(named([{ parts: all, strength: 1 }]).map(({ key }) => key[0])).toEqual(['small']);
  });

  it('is judged over all numbers, by how far off each was', () => {
    const lists = [
      { parts: [part('a', 1.2, 0.2), part('b', 0, 0.2)], strength: 9 },
      { parts: [part('a', 0, 0.2), part('b', 1, 0.2)], strength: 1 },
    ];
    expect(named(lists)).toEqual([{ key: ['a'], share: 0.9 }]);
  });
});

describe('rows by key', () => {
  it('are read by the dimensions of the question', () => {
    const cell = share(1, 2);
    const rows = [{ cells: { sla: cell }, product: 'Payments' }, { cells: { sla: cell } }];
    expect(keyed(answer([sla], rows as never, ['product', 'group']), 'sla')).toEqual([
      { key: ['Payments', '(none)'], cell },
      { key: ['(none)', '(none)'], cell },
    ]);
  });
});
