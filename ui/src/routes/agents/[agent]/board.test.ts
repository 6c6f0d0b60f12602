import { describe, expect, it } from 'vitest';
import type { Answer } from '$lib/api/types';
import { readScope } from '$lib/question/scope';
import { agentBoard, agentQuestions, band, teamOf, waitingQuestion, type About } from './board';

const scope = readScope(new URLSearchParams());
const about: About = { agent: 'ada', team: 'Billing', mix: 'channel-priority' };

describe('the questions of an agent’s page', () => {
  it('are one batch, with colleagues of the team', () => {
    const questions = agentQuestions(scope, about);
    expect(questions).toHaveLength(8);
    expect(questions[0]).toMatchObject({ where: ['agent = ada'], compare: ['previous_period'] });
    expect(questions[7]?.by).toEqual(['agent', 'channel', 'priority']);
    expect(questions[7]?.where).toEqual(['group = Billing', 'agent is not null']);
  });

  it('ask of no single colleague where no team is known', () => {
    const questions = agentQuestions(scope, { ...about, team: undefined });
    expect(questions.some(({ by }) => by?.includes('agent'))).toBe(false);
  });

  it('ask who waits over all time, since waiting has no period', () => {
    expect(waitingQuestion(scope, 'ada')).toMatchObject({ range: 'all', where: ['agent = ada'] });
  });
});

describe('the team of an agent', () => {
  const rows = (parts: [string, number][]) =>
    ({
      rows: parts.map(([group, n]) => ({ group, cells: { solved: { n } } })),
    }) as unknown as Answer;

  it('is where most was solved', () => {
    expect(
      teamOf(
        rows([
          ['(none)', 90],
          ['A', 3],
          ['B', 7],
        ]),
      ),
    ).toBe('B');
    expect(teamOf(rows([['(none)', 90]]))).toBeUndefined();
  });
});

describe('the range of colleagues', () => {
  const peer = (value: number, n = 30) => ({ cell: { value, n }, expected: 100 });

  it('is the middle half of how they stand to what was expected, on one’s own mix', () => {
    const found = band(
      [80, 90, 100, 110, 120].map((value) => peer(value)),
      200,
    );
    expect(found?.low).toBeCloseTo(180);
    expect(found?.high).toBeCloseTo(220);
  });

  it('is not drawn where it would point at single people, or stands on few cases', () => {
    expect(band([peer(80), peer(90), peer(100)], 200)).toBeUndefined();
    expect(
      band(
        [80, 90, 100, 110].map((value) => peer(value, 5)),
        200,
      ),
    ).toBeUndefined();
    expect(band([], undefined)).toBeUndefined();
  });

  it('never says more than everything', () => {
    expect(
      band(
        [110, 120, 130, 140].map((value) => peer(value)),
        0.9,
        1,
      )?.high,
    ).toBe(1);
  });
});

describe('an agent’s numbers', () => {
  const answer = (rows: unknown[]) => ({
    answer: {
      rows,
      metrics: { csat: { good: 'high', unit: 'share' } },
      period: { zone: 'UTC' },
    } as unknown as Answer,
  });
  const cell = { value: 0.9, n: 40, low: 0.8, high: 0.95 };
  const kind = { channel: 'email', priority: 'low' };

  it('are judged on the same mix, beside the period before', () => {
    const then = { previous_period: { value: 0.7, n: 10 } };
    const found = agentBoard(
      [
        answer([{ cells: { csat: { ...cell, compared: then } } }]),
        answer([{ ...kind, cells: { csat: cell } }]),
        answer([{ ...kind, cells: { csat: { value: 0.6, n: 400 } } }]),
        answer([{ cells: { csat: { value: 0.6, n: 400 } } }]),
      ],
      about,
      'previous_period',
    );
    expect(found.numbers).toHaveLength(1);
    expect(found.numbers[0]).toMatchObject({ name: 'csat', verdict: 'better', expected: 0.6 });
    expect(found.numbers[0]?.then?.value).toBe(0.7);
    expect(found.numbers[0]?.band).toBeUndefined();
  });

  it('say why there are none', () => {
    expect(() => agentBoard([], about, 'none')).toThrow();
  });
});
