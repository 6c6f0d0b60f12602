import type { Metric } from '$lib/api/types';
import { describe, expect, it } from 'vitest';
import { readAsked, search, writeAsked } from './asked';
import { automatic, drawn, fits, unstackable } from './choice';
import { modeOf } from './compose/range';
import { readFilter, writeFilter } from './filter';
import { duration, meta, share } from './fixture';
import { place } from './issues';
import { DEFAULT, put, quantile, readView, writeView } from './view';

describe('a metric as asked', () => {
  it('is written as short as it can be said', () => {
    for (const written of ['csat', 'csat:mean', { metric: 'csat', parameters: { days: 14 } }])
      expect(writeAsked(readAsked(written))).toEqual(written);
    expect(writeAsked({ metric: 'csat', parameters: {} })).toBe('csat');
  });

  it('keeps what Explore does not edit', () => {
    const written = { metric: 'csat', variant: 'mean', as: 'mine', clock: 'business' };
    expect(writeAsked(readAsked(written))).toEqual(written);
  });

  it('is found by title, id and words, titles first', () => {
    const metric = (name: string, title: string, description: string) =>
      ({ name, id: name, title, description, variants: [] }) as unknown as Metric;
    const all = [metric('a', 'Backlog', 'who waits'), metric('b', 'Waiting time', 'long')];
    expect(search(all, 'wait', ({ title }) => title).map(({ name }) => name)).toEqual(['b', 'a']);
    expect(search(all, 'nothing', ({ title }) => title)).toEqual([]);
    expect(search(all, ' ', ({ title }) => title)).toEqual(all);
  });
});

describe('a filter', () => {
  it('is read and written the same', () => {
    for (const text of [
      'group = Billing',
      'group != "Tier 2"',
      'group in (Billing, "Tier 2")',
      'channel not in (chat, email)',
      'agent is null',
      'agent is not null',
      'n_reopens >= 2',
      `topic = 'say "hi"'`,
    ])
      expect(writeFilter(readFilter(text) ?? { dimension: '', operator: 'in', values: [] })).toBe(
        text,
      );
  });

  it('reads commas and brackets within quotes', () => {
    expect(readFilter('tag in ("a, b", \'c)\')')).toEqual({
      dimension: 'tag',
      operator: 'in',
      values: ['a, b', 'c)'],
    });
  });

  it('is left alone where it is written in another way', () => {
    expect(readFilter('group =')).toBeUndefined();
    expect(readFilter('group in (a b" )')).toBeUndefined();
  });

  it('lacks its value while there is none', () => {
    expect(writeFilter({ dimension: 'group', operator: 'in', values: [] })).toBeUndefined();
  });
});

describe('the address', () => {
  it('holds the question and the chart', () => {
    const params = new URLSearchParams(
      'metrics=csat%2Cvolume&by=channel&range=last+4+weeks&where=a+%3D+b&as=table&stack=1',
    );
    const view = readView(params);
    expect(view).toMatchObject({ as: 'table', stack: true, multiples: false });
    expect(readView(new URLSearchParams(writeView(view).split('?')[1]))).toEqual(view);
  });

  it('has a default question within the scope of the page one came from', () => {
    const { question } = readView(new URLSearchParams('range=today&where=a+%3D+b&compare=none'));
    expect(question).toEqual({ ...DEFAULT, range: 'today', where: ['a = b'], compare: [] });
  });

  it('asks for percentiles by itself only for a distribution', () => {
    const view = { question: { metrics: ['a'] }, stack: false, multiples: false };
    expect(put(view)).toBe(view.question);
    expect(put({ ...view, as: 'distribution' }).statistic).toContain('p90');
    const own = { metrics: ['a'], statistic: ['p10', 'median', 'p80', 'p90'] };
    expect(put({ ...view, as: 'distribution', question: own })).toBe(own);
    expect(quantile('p99.9')).toBe(99.9);
    expect(quantile('mean')).toBeUndefined();
  });

  it('tells how a period is written', () => {
    expect(modeOf('today', ['today'])).toBe('known');
    expect(modeOf('2026-01-01..2026-01-31', [])).toBe('ends');
    expect(modeOf({ at: '2026-01-01' } as never, [])).toBe('at');
    expect(modeOf('2026-Q1', [])).toBe('words');
  });
});

describe('the chart', () => {
  it('fits the question by itself', () => {
    expect(automatic({ metrics: [] })).toBe('number');
    expect(automatic({ metrics: [], every: 'day' })).toBe('line');
    expect(automatic({ metrics: [], by: ['channel'] })).toBe('bars');
    expect(automatic({ metrics: [], by: ['day_of_week', 'hour_of_day'] })).toBe('heat');
  });

  it('is the one asked for only where that fits', () => {
    expect(drawn({ metrics: ['a'], every: 'day' }, [duration()], 'bars')).toBe('bars');
    expect(drawn({ metrics: ['a'], every: 'day' }, [duration()], 'funnel')).toBe('line');
    expect(drawn({ metrics: ['a'] }, [share()], 'distribution')).toBe('number');
  });

  it('says what makes it fit', () => {
    const heat = fits({ metrics: ['a'] }, [meta()]).find(({ kind }) => kind === 'heat');
    expect(heat).toMatchObject({ fits: false, reshape: { by: ['hour_of_day', 'day_of_week'] } });
  });

  it('stacks counts, never medians, shares or tags', () => {
    const question = { metrics: ['a'], by: ['channel'], every: 'week' };
    expect(unstackable(question, [meta()], 'line')).toBeUndefined();
    expect(
      unstackable(question, [meta({ kind: 'stock', statistics: ['last'] })], 'bars'),
    ).toBeUndefined();
    expect(unstackable(question, [duration()], 'line')).toBe('explore.stack.duration');
    expect(unstackable(question, [share()], 'line')).toBe('explore.stack.share');
    expect(unstackable({ ...question, by: ['tag'] }, [meta()], 'line')).toBe('explore.stack.tags');
    expect(unstackable({ ...question, by: [] }, [meta()], 'line')).toBe('explore.stack.groups');
  });
});

it('puts issues beside their controls', () => {
  const issue = (at: string) => ({ code: 'c', place: at, message: 'm' });
  const placed = place([issue('metrics[1].variant'), issue('from'), issue('body')]);
  expect(Object.keys(placed.at)).toEqual(['metrics', 'range']);
  expect(placed.elsewhere).toHaveLength(1);
});
