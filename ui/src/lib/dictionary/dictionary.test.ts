import type { Definition, Metric } from '$lib/api/types';
import { readScope } from '$lib/question/scope';
import { describe, expect, it } from 'vitest';
import { listQuestions, variantQuestions } from './board';
import { counts, differences, type Side } from './differ';
import { readFormula } from './formula';
import { firstSentence, grouped, matches, themeOf } from './themes';

const metric = {
  name: 'csat',
  id: 'M36',
  title: 'Customer satisfaction',
  description: 'The share of good answers. Neutral ones count as answered.',
  variants: ['standard', 'neutral_excluded'],
} as Metric;

describe('the dictionary', () => {
  it('has every metric under one theme', () => {
    const groups = grouped([{ name: 'csat' }, { name: 'own' }, { name: 'volume' }]);
    expect(groups.map(({ theme }) => theme)).toEqual(['flow', 'experience', 'other']);
    expect(themeOf('first_response_time')).toBe('speed');
  });

  it('is searched by all words, in any part', () => {
    expect(matches(metric, 'Kundenzufriedenheit', 'neutral m36')).toBe(true);
    expect(matches(metric, 'Kundenzufriedenheit', 'zufrieden')).toBe(true);
    expect(matches(metric, '', 'neutral backlog')).toBe(false);
    expect(matches(metric, '', '')).toBe(true);
  });

  it('says each in a sentence', () => {
    expect(firstSentence(metric.description)).toBe('The share of good answers.');
    expect(firstSentence('One')).toBe('One');
  });

  it('asks each variant for itself', () => {
    const scope = readScope(new URLSearchParams('where=group+%3D+A'));
    expect(listQuestions(scope, [metric])).toEqual([
      { metrics: ['csat'], range: 'last 4 weeks', where: ['group = A'] },
    ]);
    expect(variantQuestions(scope, metric).map(({ metrics }) => metrics[0])).toEqual([
      'csat',
      'csat:standard',
      'csat:neutral_excluded',
    ]);
  });
});

describe('formulas', () => {
  it('with one division are fractions', () => {
    expect(readFormula('good answers / all answers')).toEqual({
      top: [{ text: 'good answers' }],
      bottom: [{ text: 'all answers' }],
    });
    expect(readFormula('(a − b) / median of c').top).toEqual([
      { text: 'a' },
      { sign: '−' },
      { text: 'b' },
    ]);
    expect(readFormula('met / met or breached, among those that stopped').rest).toBe(
      'among those that stopped',
    );
  });

  it('of other kinds are lines', () => {
    expect(readFormula('reply − message, over tickets')).toEqual({
      top: [{ text: 'reply' }, { sign: '−' }, { text: 'message' }],
      rest: 'over tickets',
    });
    expect(readFormula('a / b / c').bottom).toBeUndefined();
  });
});

describe('two variants', () => {
  const side = (name: string, formula: string, table: string, n: number): Side => ({
    variant: {
      name,
      formula,
      table,
      title: name,
      kind: 'duration',
      statistics: ['median'],
      clocks: ['business'],
      attribution: ['event'],
    },
    cell: { n },
  });
  const definition = {
    variants: { a: { population: 'default' }, b: { where: 'x > 0', population: 'default' } },
  } as unknown as Definition;
  const [a, b] = [side('a', 'f', 'tickets', 10), side('b', 'g', 'tickets', 7)];

  it('differ in what is said of them', () => {
    expect(differences(definition, a, b)).toEqual([
      { key: 'formula', a: 'f', b: 'g' },
      { key: 'where', a: '', b: 'x > 0' },
    ]);
  });

  it('that gather their rows differently have counts that say little', () => {
    const gathered = {
      variants: { a: {}, b: { from: 'SELECT ticket FROM clocks GROUP BY ticket' } },
    } as unknown as Definition;
    expect(counts(gathered, a, b)).toEqual({ says: 'units', a: 10, b: 7 });
  });

  it('count more, the same, or other things', () => {
    expect(counts(definition, a, b)).toEqual({ says: 'more', by: 3, which: 'a' });
    expect(counts(definition, a, a)).toEqual({ says: 'same', n: 10 });
    expect(counts(definition, a, side('c', 'f', 'turns', 10))).toEqual({
      says: 'other',
      a: 10,
      b: 10,
    });
    expect(counts(definition, { variant: a.variant }, b)).toBeUndefined();
  });
});
