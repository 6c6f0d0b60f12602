import { describe, expect, it } from 'vitest';
import { readScope } from '$lib/question/scope';
import { board, risky, waiting } from './board';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const scope = (query = '') => readScope(new URLSearchParams(query));

describe('what Home asks', () => {
  it('is the period with its comparison, and a year by week', () => {
    const [period, year] = board(scope('range=last 7 days&zone=Asia/Tokyo'), NOW);
    expect(period).toMatchObject({ range: 'last 7 days', compare: ['previous_period'] });
    expect(period.every).toBeUndefined();
    expect(year).toMatchObject({ every: 'week', range: 'last 53 weeks', zone: 'Asia/Tokyo' });
    expect(year.compare).toBeUndefined();
    expect(period.metrics.length).toBeLessThanOrEqual(10);
  });

  it('looks at the year that a period of long ago ends with', () => {
    const [, year] = board(scope('range=2010-01-13..2014-01-03'), NOW);
    expect(year.range).toBe('2012-12-28..2014-01-03');
    expect(board(scope('range=2026-11-01..2026-11-20'), NOW)[1].range).toBe('last 53 weeks');
  });

  it('keeps the filters, and compares with nothing where so wished', () => {
    const asked = board(scope('compare=none&where=group = Billing'), NOW);
    expect(asked[0].compare).toBeUndefined();
    for (const one of asked) expect(one.where).toEqual(['group = Billing']);
  });

  it('lists what is so now, whatever the period and the clock', () => {
    for (const list of [waiting, risky]) {
      const { question } = list(scope('range=last 7 days&clock=business&where=group = Billing'));
      expect(question.range).toBeUndefined();
      expect(question.clock).toBeUndefined();
      expect(question.where).toEqual(['group = Billing']);
    }
  });
});
