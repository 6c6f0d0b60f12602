import { describe, expect, it } from 'vitest';
import type { Answer, Cell, Question } from '$lib/api/types';
import { readScope } from '$lib/question/scope';
import { numberMoves, shareMoves } from './movers';
import { courseQuestion, courses, side, totalQuestion, valuesQuestion } from './side';

const scope = readScope(new URLSearchParams('where=brand = Aurora'));
const PREVIOUS = 'previous_period';
const questions: [Question, Question] = [{ metrics: [] }, { metrics: [] }];

const count = (now: number, then: number): Cell => ({
  value: now,
  n: now,
  compared: { [PREVIOUS]: { value: then, n: then } },
});
const share = (value: number, n: number, low: number, high: number): Cell => ({
  value,
  n,
  low,
  high,
});
const asked = (rows: unknown[]) => ({
  answer: {
    rows,
    metrics: { csat: { unit: 'share', good: 'high' }, volume: { unit: 'count', good: 'context' } },
    period: { zone: 'UTC' },
  } as unknown as Answer,
});

describe('the questions of a side', () => {
  it('are about the scope, most tickets first', () => {
    expect(valuesQuestion(scope, 'channel', { limit: 50 })).toMatchObject({
      by: ['channel'],
      where: ['brand = Aurora'],
      order: ['-volume'],
      compare: [PREVIOUS],
      limit: 50,
    });
    expect(totalQuestion(scope).by).toBeUndefined();
    expect(courseQuestion(scope, 'channel')).toMatchObject({ every: 'day', metrics: ['volume'] });
  });
});

describe('a side', () => {
  const csat = {
    ...share(0.9, 100, 0.83, 0.95),
    compared: { [PREVIOUS]: share(0.7, 100, 0.6, 0.78) },
  };
  const found = side(
    'channel',
    PREVIOUS,
    asked([
      { channel: 'email', cells: { volume: count(600, 800), csat } },
      { channel: 'chat', cells: { volume: count(395, 195) } },
      { channel: '(none)', cells: { volume: count(5, 5) } },
    ]),
    asked([{ cells: { volume: count(1000, 1000) } }]),
    questions,
  );

  it('says the share of each value, now and then', () => {
    expect(found.rows[0]).toMatchObject({ name: 'email', n: 600, share: 0.6, shareThen: 0.8 });
    expect(found.shown.map(({ name }) => name)).toEqual(['csat']);
  });

  it('finds the shares that moved', () => {
    const moves = shareMoves(found, PREVIOUS);
    expect(moves.map(({ name }) => name)).toEqual(['email', 'chat']);
    expect(moves[0]?.change).toBeCloseTo(-0.2);
    expect(shareMoves(found, 'none')).toEqual([]);
  });

  it('finds the numbers whose intervals do not meet', () => {
    expect(numberMoves(found, PREVIOUS)).toMatchObject([
      { name: 'email', measure: 'csat', better: true },
    ]);
  });

  it('does not speak of chance', () => {
    const still = side(
      'channel',
      PREVIOUS,
      asked([
        {
          channel: 'email',
          cells: {
            volume: count(52, 50),
            csat: { ...csat, compared: { [PREVIOUS]: share(0.85, 100, 0.76, 0.9) } },
          },
        },
      ]),
      asked([{ cells: { volume: count(100, 100) } }]),
      questions,
    );
    expect(shareMoves(still, PREVIOUS)).toEqual([]);
    expect(numberMoves(still, PREVIOUS)).toEqual([]);
  });

  it('says why there is none', () => {
    expect(() => side('channel', PREVIOUS, undefined, undefined, questions)).toThrow();
  });
});

describe('the course of values', () => {
  it('has a number in every bucket, none being zero', () => {
    const { answer } = asked([
      {
        time: '2026-01-02',
        channel: 'email',
        partial: true,
        cells: { volume: { value: 4, n: 4 } },
      },
      { time: '2026-01-01', channel: 'chat', cells: { volume: { value: 3, n: 3 } } },
    ]);
    const found = courses(answer, 'channel', ['email', 'chat']);
    expect(found.times).toEqual(['2026-01-01', '2026-01-02']);
    expect(found.values.get('email')).toEqual([0, 4]);
    expect(found.values.get('chat')).toEqual([3, 0]);
    expect(found.partial).toEqual([false, true]);
  });
});
