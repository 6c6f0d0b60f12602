import type { Question } from '$lib/api/types';
import { describe, expect, it } from 'vitest';
import { cellHref, equals, readCell, readQuestion, writeQuestion } from './url';

const whole = {
  metrics: ['first_response_time', 'csat:neutral_excluded', { metric: 'volume', as: 'n' }],
  by: ['channel', 'field.plan'],
  compare: ['previous_period', 'same_period_last_year'],
  order: ['-csat', 'time'],
  every: 'week',
  zone: 'Europe/Berlin',
  clock: 'business',
  attribution: 'created',
  statistic: ['median', 'p90'],
  where: ['priority in (high, urgent)', 'group = "Billing, EMEA"'],
  range: 'last 12 weeks',
  limit: 5,
} as unknown as Question;

describe('a question in an address', () => {
  it('comes back as it was', () => {
    expect(readQuestion(writeQuestion(whole))).toEqual(whole);
  });

  it('keeps both ends of a range, and one instant', () => {
    const ends = { metrics: ['volume'], range: { from: '2026-01-01', to: '2026-02-01' } };
    const at = { metrics: ['backlog'], range: { at: '2026-01-01T12:00' } };
    for (const question of [ends, at] as unknown as Question[]) {
      expect(readQuestion(writeQuestion(question))).toEqual(question);
    }
  });

  it('reads what a person types', () => {
    const read = readQuestion(new URLSearchParams('metrics=volume, csat&by=channel&as=line'));
    expect(read).toEqual({ metrics: ['volume', 'csat'], by: ['channel'] });
  });

  it('ignores a limit that is no number', () => {
    expect(readQuestion(new URLSearchParams('metrics=volume&limit=many')).limit).toBeUndefined();
  });
});

describe('a cell in an address', () => {
  it('comes back as it was', () => {
    const cell = {
      metric: 'csat',
      time: '2026-03-02',
      dimensions: { channel: 'e-mail & web', 'field.plan': '(none)' },
      side: 'numerator' as const,
      sort: 'time' as const,
      ascending: true,
    };
    const url = new URL(cellHref(whole, cell), 'http://desk');
    expect(readCell(url.searchParams)).toEqual(cell);
    expect(readQuestion(url.searchParams)).toEqual(whole);
  });
});

describe('a filter', () => {
  it.each([
    ['Billing', 'group = Billing'],
    ['Billing EMEA', 'group = "Billing EMEA"'],
    ['the "best"', `group = 'the "best"'`],
    ['(none)', 'group is null'],
  ])('quotes %s', (value, filter) => {
    expect(equals('group', value)).toBe(filter);
  });
});
