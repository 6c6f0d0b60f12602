import { describe, expect, it } from 'vitest';
import { readScope, scoped, within, writeScope } from './scope';

const params = (text: string) => new URLSearchParams(text);

describe('the scope', () => {
  it('has defaults that are not written', () => {
    const scope = readScope(params(''));
    expect(scope).toMatchObject({ range: 'last 4 weeks', compare: 'previous_period', where: [] });
    expect(writeScope(scope).toString()).toBe('');
  });

  it('comes back as it was', () => {
    const scope = readScope(
      params('range=today&zone=UTC&where=a%20%3D%20b&where=c%20%3D%20d&compare=none'),
    );
    expect(readScope(writeScope(scope))).toEqual(scope);
  });

  it('goes along from page to page, and nothing else does', () => {
    expect(scoped('/sla', params('range=today&cell.metric=csat'))).toBe('/sla?range=today');
    expect(scoped('/sla', params(''))).toBe('/sla');
  });

  it('adds its filters to those of the question', () => {
    const scope = readScope(params('where=channel%20%3D%20chat&zone=UTC'));
    const question = within(scope, { metrics: ['volume'], where: ['group = A'], every: 'day' });
    expect(question).toEqual({
      range: 'last 4 weeks',
      zone: 'UTC',
      where: ['channel = chat', 'group = A'],
      metrics: ['volume'],
      every: 'day',
    });
  });

  it('compares all history with nothing', () => {
    const scope = readScope(params('range=all'));
    const parts = { metrics: ['volume'], compare: ['previous_period'] };
    expect(within(scope, parts)).toEqual({ range: 'all', metrics: ['volume'] });
    expect(within(readScope(params('')), parts).compare).toEqual(['previous_period']);
  });
});
