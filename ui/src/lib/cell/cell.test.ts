import type { Answer, Question, TicketPage } from '$lib/api/types';
import { describe, expect, it } from 'vitest';
import {
  breakdownQuestions,
  bucketEnds,
  expected,
  find,
  narrower,
  numberQuestion,
  openDimensions,
  parts,
} from './cell';
import { PAGE, Pages } from './pages.svelte';

const question = {
  metrics: ['first_response_time'],
  by: ['product', 'group'],
  every: 'week',
  range: 'last 12 weeks',
  where: ['channel = email'],
  order: '-first_response_time',
  limit: 3,
} as Question;

const answer = {
  question: {
    ...question,
    metrics: [{ metric: 'first_response_time', as: 'first_response_time' }],
    zone: 'Europe/Berlin',
  },
  metrics: { first_response_time: { kind: 'duration', good: 'low' } },
  period: { from: '2026-03-25T00:00:00Z', to: '2026-04-10T00:00:00Z', zone: 'Europe/Berlin' },
  rows: [
    { time: '2026-03-23', product: 'Payments', cells: { first_response_time: { n: 1, value: 9 } } },
    { time: '2026-03-30', product: 'Payments', cells: { first_response_time: { n: 7, value: 5 } } },
    { time: '2026-03-30', cells: { first_response_time: { n: 8, value: 4 } } },
  ],
  warnings: [],
  freshness: [],
} as unknown as Answer;

describe('the question of one cell', () => {
  it('keeps only what the cell is fixed in', () => {
    const cell = { time: '2026-03-30', dimensions: { product: 'Payments' } };
    expect(numberQuestion(question, cell)).toEqual({
      metrics: ['first_response_time'],
      by: ['product'],
      every: 'week',
      range: 'last 12 weeks',
      where: ['channel = email'],
    });
    expect(numberQuestion(question, {})).not.toHaveProperty('every');
  });

  it('finds the cell, also where the dimension is empty', () => {
    const time = '2026-03-30';
    expect(find(answer, { time, dimensions: { product: 'Payments' } })?.cell.n).toBe(7);
    expect(find(answer, { time, dimensions: { product: '(none)' } })?.cell.n).toBe(8);
    expect(find(answer, { time: '2026-04-06' })).toBeUndefined();
  });

  it('is broken down over its bucket, with its dimensions as filters', () => {
    const cell = { time: '2026-03-23', dimensions: { product: 'Payments' } };
    const [asked] = breakdownQuestions(answer, cell, ['group']);
    expect(asked).toMatchObject({
      by: ['group'],
      where: ['channel = email', 'product = Payments'],
      // Cut by the period, and 167 hours long: the clocks change.
      range: { from: '2026-03-25T00:00:00.000Z', to: '2026-03-29T22:00:00.000Z' },
    });
    expect(asked).not.toHaveProperty('every');
    expect(bucketEnds('2026-04-06T14:00', 'hour', answer.period)).toEqual({
      from: '2026-04-06T12:00:00.000Z',
      to: '2026-04-06T13:00:00.000Z',
    });
  });

  it('is split by what it is not fixed in', () => {
    expect(openDimensions(question, { dimensions: { 'current.group': 'X' } })).toEqual([
      'product',
      'agent',
      'priority',
      'topic',
    ]);
    expect(narrower(question, 'group', 'Tier 2').where).toEqual([
      'channel = email',
      'group = "Tier 2"',
    ]);
  });
});

describe('a breakdown', () => {
  it('has the worst first, and few rows last', () => {
    const rows = [
      { group: 'a', cells: { m: { n: 50, value: 1 } } },
      { group: 'b', cells: { m: { n: 2, value: 9 } } },
      { group: 'c', cells: { m: { n: 50, value: 3 } } },
    ];
    const of = (good: string) =>
      parts({ ...answer, metrics: { m: { good } }, rows } as unknown as Answer, 'group', 'm').map(
        ({ value }) => value,
      );
    expect(of('low')).toEqual(['c', 'a', 'b']);
    expect(of('high')).toEqual(['a', 'c', 'b']);
  });

  it('knows how many rows to expect', () => {
    const flow = { cell: { n: 10, numerator: 3 }, meta: { kind: 'flow' } } as Parameters<
      typeof expected
    >[0];
    expect(expected(flow, 'numerator')).toBe(3);
    expect(expected(flow, null)).toBe(10);
  });
});

describe('pages', () => {
  const page = (offset: number, n = 450): TicketPage =>
    ({
      n,
      tickets: n,
      rows: Array.from({ length: Math.min(PAGE, n - offset) }, (_, at) => ({
        number: offset + at,
      })),
    }) as unknown as TicketPage;

  it('are fetched once, when they are looked at', async () => {
    const asked: number[] = [];
    const pages = new Pages(async (offset) => {
      asked.push(offset);
      return page(offset);
    });
    pages.renew(page(0));
    expect(pages.row(3)?.number).toBe(3);
    expect(pages.row(405)).toBeUndefined();
    pages.want(390, 410);
    pages.want(395, 415);
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toEqual([PAGE, 2 * PAGE]);
    expect(pages.row(405)?.number).toBe(405);
    // News: what is seen is fetched again, and no row is blank meanwhile.
    pages.renew(page(0, 410));
    expect(pages.row(405)?.number).toBe(405);
    expect(asked).toHaveLength(4);
  });
});
