import { describe, expect, it } from 'vitest';
import type { Answer, Cell, Row } from '$lib/api/types';
import { readScope } from '$lib/question/scope';
import { cardQuestions, judge, ordered, reach, scorecard, tally, type About } from './card';

const about: About = { who: 'group', where: [], mix: 'channel-priority' };
const share = (value: number, n: number, low: number, high: number): Cell => ({
  value,
  n,
  low,
  high,
});
const answer = (rows: Row[], good: 'high' | 'low' = 'high') => ({
  answer: {
    rows,
    metrics: { sla: { good, unit: 'share' } },
    period: { to: '', zone: 'UTC' },
  } as unknown as Answer,
});

describe('the questions of a scorecard', () => {
  it('are one batch of four, about the same peers', () => {
    const scope = readScope(new URLSearchParams('where=channel = email'));
    const questions = cardQuestions(scope, { ...about, where: ['group = Billing'], who: 'agent' });
    expect(questions.map(({ by }) => by)).toEqual([
      ['agent'],
      ['agent', 'channel', 'priority'],
      ['channel', 'priority'],
      undefined,
    ]);
    expect(questions[3]?.where).toEqual([
      'channel = email',
      'group = Billing',
      'agent is not null',
    ]);
  });
});

describe('a number is judged', () => {
  it.each([
    ['as expected within its interval', share(0.8, 100, 0.7, 0.9), 0.75, 'expected'],
    ['better above it where high is good', share(0.8, 100, 0.7, 0.9), 0.6, 'better'],
    ['worse below it', share(0.8, 100, 0.7, 0.9), 0.95, 'worse'],
    ['not at all from few cases', share(0.8, 19, 0.5, 0.95), 0.2, 'few'],
    ['not at all without an interval', { value: 5, n: 100 }, 3, 'unjudged'],
    ['not at all without a value', { value: null, n: 0 }, 3, 'none'],
  ])('%s', (_, cell, wanted, verdict) => {
    expect(judge(cell, wanted, 'high').verdict).toBe(verdict);
  });

  it('without better or worse where neither is good', () => {
    expect(judge(share(0.8, 100, 0.7, 0.9), 0.6, 'context').verdict).toBe('higher');
  });

  it('by its distance in halves of the interval', () => {
    expect(judge(share(0.8, 100, 0.7, 0.9), 0.6, 'high').distance).toBeCloseTo(2);
    expect(judge(share(0.8, 100, 0.7, 0.9), 0.85, 'low').distance).toBeCloseTo(0.5);
  });
});

describe('a scorecard', () => {
  const kinds = (group: string | undefined, mail: number, phone: number) => [
    {
      ...(group && { group }),
      channel: 'email',
      priority: 'high',
      cells: { sla: share(0.9, mail, 0, 1) },
    },
    {
      ...(group && { group }),
      channel: 'phone',
      priority: 'high',
      cells: { sla: share(0.5, phone, 0, 1) },
    },
  ];
  const asked = [
    answer([
      { group: '(none)', cells: { sla: share(1, 50, 0.9, 1) } },
      { group: 'Phone', cells: { sla: share(0.52, 100, 0.42, 0.62) } },
      { group: 'Mail', cells: { sla: share(0.6, 100, 0.5, 0.69) } },
    ] as Row[]),
    answer([...kinds('Phone', 0, 100), ...kinds('Mail', 100, 0)] as Row[]),
    answer(kinds(undefined, 100, 100) as Row[]),
    answer([{ cells: { sla: share(0.7, 200, 0.63, 0.76) } }] as Row[]),
  ];
  const card = scorecard(asked, about, cardQuestions(readScope(new URLSearchParams()), about));

  it('compares with the same mix and leaves out what is nobody’s', () => {
    expect(card.rows.map(({ name }) => name)).toEqual(['Phone', 'Mail']);
    expect(card.rows[0]?.scores.sla?.expected).toBeCloseTo(0.5);
    expect(card.rows[0]?.scores.sla?.verdict).toBe('expected');
    expect(card.rows[1]?.scores.sla?.verdict).toBe('worse');
    expect(card.shown).toEqual(['sla']);
  });

  it('is in the order of names unless the far ones are asked for', () => {
    const names = (order: 'name' | 'distance') =>
      ordered(card.rows, order, 'en').map((r) => r.name);
    expect(names('name')).toEqual(['Mail', 'Phone']);
    expect(names('distance')).toEqual(['Mail', 'Phone']);
    expect(ordered([{ name: 'a 10' }, { name: 'a 9' }] as never, 'name', 'en')[0]?.name).toBe(
      'a 9',
    );
  });

  it('counts what is outside, and reaches over all of it', () => {
    expect(tally(card.rows)).toMatchObject({ judged: 2, few: 0 });
    expect(tally(card.rows).outside.map(({ name }) => name)).toEqual(['Mail']);
    expect(reach(card.rows, 'sla')).toEqual({ low: 0.42, high: 0.9 });
  });

  it('says why there is none', () => {
    expect(() => scorecard([], about, [])).toThrow();
  });
});
