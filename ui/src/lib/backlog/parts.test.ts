import type { Answer, Row } from '$lib/api/types';
import { describe, expect, it } from 'vitest';
import { owners, sorted } from './owners';
import { byDimension, byStatus, course, flows, partial, times, totals } from './parts';

const answer = (rows: unknown[]) => ({ rows: rows as Row[] }) as Answer;

describe('the stock', () => {
  const grouped = answer([
    { time: '1', group: 'A', cells: { backlog: { value: 5, n: 5 } } },
    { time: '1', group: 'B', cells: { backlog: { value: 9, n: 9 } } },
    { time: '2', group: 'A', cells: { backlog: { value: 6, n: 6 } }, partial: true },
    { time: '2', group: 'C', cells: { backlog: { value: 1, n: 1 } }, partial: true },
    { time: '2', group: 'D', cells: { backlog: { value: 0, n: 0 } }, partial: true },
  ]);

  it('is told by group, the largest first and the rest as one', () => {
    expect(times(grouped)).toEqual(['1', '2']);
    expect(partial(grouped)).toEqual([false, true]);
    expect(byDimension(grouped, 'group', ['1', '2'], 1)).toEqual([
      { key: 'A', values: [5, 6] },
      { key: undefined, values: [9, 1] },
    ]);
    expect(byDimension(grouped, 'group').map(({ key }) => key)).toEqual(['A', 'B', 'C']);
  });

  it('is told of the buckets wanted', () => {
    expect(byDimension(grouped, 'group', ['1'])).toEqual([
      { key: 'B', values: [9] },
      { key: 'A', values: [5] },
    ]);
  });

  it('is told by status, and an unknown number stays unknown', () => {
    const parts = byStatus(answer([{ time: '1', cells: { 'backlog:new': { value: 2, n: 2 } } }]));
    expect(parts.map(({ values }) => values[0])).toEqual([2, null, null, null]);
    expect(totals(parts)).toEqual([2]);
    expect(totals([{ key: 'new', values: [null] }])).toEqual([null]);
  });

  it('has a course', () => {
    expect(course([null, 3, 9, 4])).toEqual({ first: 3, last: 4, most: 9, mostAt: 2 });
    expect(course([null])).toBeUndefined();
  });
});

describe('the flow', () => {
  it('is both sides of the clearance rate', () => {
    const cells = (numerator: number, denominator: number) => ({
      clearance_rate: { value: 1, n: 1, numerator, denominator },
    });
    const found = flows(
      answer([
        { time: '1', cells: cells(4, 5) },
        { time: '2', cells: cells(1, 9) },
      ]),
      'clearance_rate',
    );
    expect(found).toEqual({ created: [5, 9], solved: [4, 1], in: 14, out: 5, worst: 1 });
  });

  it('has no worst bucket where all was cleared', () => {
    expect(flows(answer([]), 'clearance_rate').worst).toBeUndefined();
  });
});

describe('the owners', () => {
  const age = (n: number, median: number, max: number) => ({
    backlog_age: { n, value: median, statistics: { median, max } },
  });
  const rows = owners(
    answer([
      { group: 'A', cells: age(3, 10, 90) },
      { group: 'B', cells: age(5, 20, 50) },
      { cells: { backlog_age: { n: 0, value: null } } },
    ]),
    answer([
      { group: 'A', status: 'new', cells: age(2, 1, 1) },
      { group: 'A', status: 'open', cells: age(1, 1, 1) },
      { group: 'B', status: 'on_hold', cells: age(5, 1, 1) },
    ]),
    'group',
  );

  it('have their tickets by status', () => {
    expect(rows[0]).toEqual({
      key: 'A',
      counts: { new: 2, open: 1, pending: 0, on_hold: 0 },
      total: 3,
      median: 10,
      oldest: 90,
    });
  });

  it('are sorted by any column, the unknown last', () => {
    const keys = (by: 'name' | 'total' | 'oldest' | 'on_hold', ascending: boolean) =>
      sorted(rows, by, ascending).map(({ key }) => key);
    expect(keys('total', false)).toEqual(['B', 'A', '(none)']);
    expect(keys('oldest', true)).toEqual(['B', 'A', '(none)']);
    expect(keys('oldest', false)).toEqual(['A', 'B', '(none)']);
    expect(keys('name', true)).toEqual(['(none)', 'A', 'B']);
    expect(keys('on_hold', false)[0]).toBe('B');
  });
});
