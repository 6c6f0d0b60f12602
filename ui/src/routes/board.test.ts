import { describe, expect, it } from 'vitest';
import { readScope } from '$lib/question/scope';
import { board, risky, waiting } from './board';

const scope = (query = '') => readScope(new URLSearchParams(query));

describe('what Home asks', () => {
  it('is the period with its comparison, and a year by week', () => {
    const [period, year] = board(scope('range=last 7 days&zone=Asia/Tokyo'));
    expect(period).toMatchObject({ range: 'last 7 days', compare: ['previous_period'] });
    expect(period.every).toBeUndefined();
    expect(year).toMatchObject({ every: 'week', range: 'last 53 weeks', zone: 'Asia/Tokyo' });
    expect(year.compare).toBeUndefined();
    expect(period.metrics.length).toBeLessThanOrEqual(10);
  });

  it('keeps the filters, and compares with nothing where so wished', () => {
    const asked = board(scope('compare=none&where=group = Billing'));
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
