import { readScope } from '$lib/question/scope';
import { describe, expect, it } from 'vitest';
import { AT_RISK, board, cellOf, pauses, readView, worst } from './board';

const params = (text: string) => new URLSearchParams(text);

describe('the questions of the SLA page', () => {
  it('count as the reader chose', () => {
    const view = readView(params('variant=ticket&split=channel'));
    const asked = board(readScope(params('range=last 12 weeks')), view);
    expect(asked.head.metrics).toEqual(['sla_attainment:ticket']);
    expect(asked.trend).toMatchObject({ every: 'week', compare: ['previous_period'] });
    expect(asked.split.by).toEqual(['channel']);
    expect(asked.policy.metrics).toEqual(['sla_attainment']);
  });

  it('take what they do not know for the usual', () => {
    expect(readView(params('variant=nonsense&split=nonsense'))).toEqual({
      variant: 'instance',
      split: 'group',
    });
    expect(cellOf('instance')).toBe('sla_attainment');
  });

  it('look at what runs now whatever the period, within the filters', () => {
    const scope = readScope(params('range=yesterday&where=channel%20%3D%20chat&compare=none'));
    const asked = board(scope, readView(params('')));
    expect(asked.left).toMatchObject({ range: 'all', where: ['channel = chat'] });
    expect(asked.left.metrics).toContain(AT_RISK);
    expect(asked.head).not.toHaveProperty('compare');
    expect(worst(scope).range).toBe('yesterday');
    expect(pauses(scope).metrics).toEqual(['sla_illegitimate_pause']);
  });
});
