import { readScope } from '$lib/question/scope';
import { describe, expect, it } from 'vitest';
import { board, instant, readView, readWait, waiting } from './board';

const params = (text: string) => new URLSearchParams(text);

describe('the questions of the backlog page', () => {
  it('fit the period and keep the filters', () => {
    const scope = readScope(params('range=last 7 days&where=channel%20%3D%20chat'));
    const asked = board(scope, readView(params('')));
    expect(asked.stock).toMatchObject({
      range: 'last 7 days',
      every: 'hour',
      where: ['channel = chat'],
    });
    expect(asked.stock.metrics).toContain('backlog:on_hold');
    expect(asked.flow.every).toBe('day');
    expect(asked.head).toMatchObject({ compare: ['previous_period'] });
    expect(asked.owners).toMatchObject({ range: 'all', by: ['group'] });
  });

  it('compare with nothing where nothing is wanted, and split as the reader likes', () => {
    const scope = readScope(params('compare=none'));
    const asked = board(scope, readView(params('split=group&owner=agent')));
    expect(asked.head).not.toHaveProperty('compare');
    expect(asked.stock).toMatchObject({ metrics: ['backlog'], by: ['group'] });
    expect(asked.cross.by).toEqual(['agent', 'status']);
  });

  it('look at one instant', () => {
    const asked = instant(readScope(params('')), '2026-06-01T10:00:00Z', 'agent');
    expect(asked).toHaveLength(4);
    expect(asked.every(({ range }) => JSON.stringify(range).includes('2026-06-01T10'))).toBe(true);
    expect(asked[3]?.by).toEqual(['age_bucket']);
  });

  it('list those who wait', () => {
    expect(readWait(params('wait=since_update'))).toBe('since_update');
    expect(readWait(params('wait=nonsense'))).toBe('since_customer');
    expect(waiting(readScope(params('')), 'since_customer').metrics).toEqual([
      'backlog_age:since_customer',
    ]);
  });
});
