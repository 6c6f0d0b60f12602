import { describe, expect, it } from 'vitest';
import type { Answer, Question } from '$lib/api/types';
import { DEFAULT_COMPARE, DEFAULT_RANGE } from '$lib/question/scope';
import { plan } from './causes';
import type { Core } from './core';
import { answer, meta, share } from './sample';
import type { Episode } from './standout';

const scope = { range: DEFAULT_RANGE, compare: DEFAULT_COMPARE, where: [], zone: 'UTC' };
const core: Core = { metric: 'sla', team: 'group', least: 1, loud: 3 };
const sla = meta({ metric: 'sla', unit: 'share', kind: 'share', good: 'high' });
const found = { core, meta: sla, statistic: undefined, week: '2026-06-08', n: 100 };
const episode: Episode = {
  first: '2026-06-08',
  last: '2026-06-08',
  weeks: 1,
  findings: [{ ...found, value: 0.6, usual: 0.8, strength: 5 }],
  score: 5,
};

/** Payments in America are bad that week; everything else is as it was. */
function reply(question: Question): Answer {
  const bad = question.range === '2026-06-08..2026-06-14';
  const by = question.by ?? [];
  const rows = [];
  for (const product of ['Payments', 'Devices'])
    for (const group of ['AMER', 'EMEA'])
      for (const channel of ['email', 'web'])
        rows.push({
          product,
          group,
          channel,
          met: bad && product === 'Payments' && group === 'AMER' ? 0 : 8,
        });
  const merged = new Map<string, { met: number; of: number; row: (typeof rows)[number] }>();
  for (const row of rows) {
    const key = by.map((name) => row[name as keyof typeof row]).join('/');
    const known = merged.get(key) ?? { met: 0, of: 0, row };
    merged.set(key, { met: known.met + row.met, of: known.of + 10, row });
  }
  const cells = [...merged.values()].map(({ met, of, row }) => ({
    ...row,
    cells: { sla: share(met, of) },
  }));
  return answer([sla], cells as never, by);
}

describe('the causes of an odd week', () => {
  const next = plan(scope, [episode], []);
  const { stories } = next.read(next.questions.map((question) => ({ answer: reply(question) })));
  const [story] = stories;

  it('are asked for that week and for the eight before it', () => {
    expect(next.questions.map(({ by }) => by?.join())).toEqual(
      ['product', 'product', 'group', 'group', 'channel', 'channel'].concat(
        Array<string>(2).fill('product,group'),
      ),
    );
    expect([...new Set(next.questions.map(({ range }) => range))]).toEqual([
      '2026-06-08..2026-06-14',
      '2026-04-13..2026-06-07',
    ]);
  });

  it('name product and team, and no channel', () => {
    expect(story?.culprits).toEqual([
      { side: 'product', dimension: 'product', value: 'Payments', share: 1 },
      { side: 'team', dimension: 'group', value: 'AMER', share: 1 },
    ]);
  });

  it('lead to the worst cell, its worst rows first', () => {
    expect(story?.worst).toMatchObject({
      names: ['Payments', 'AMER'],
      n: 20,
      cell: {
        metric: 'sla',
        dimensions: { product: 'Payments', group: 'AMER' },
        ascending: true,
      },
      question: { range: '2026-06-08..2026-06-14', by: ['product', 'group'], zone: 'UTC' },
    });
  });

  it('are left out where their answer is missing', () => {
    const [bare] = next.read([]).stories;
    expect(bare).toMatchObject({ culprits: [], worst: undefined });
    expect(bare?.causes[0]?.splits).toEqual([]);
  });

  it('look into one of several times only, since those move together', () => {
    const time = (metric: string, strength: number) => ({
      ...found,
      core: { ...core, metric },
      meta: meta({ metric }),
      value: 2,
      usual: 1,
      strength,
    });
    const findings = [time('first', 9), time('next', 8), ...episode.findings];
    const { questions } = plan(scope, [{ ...episode, findings }], []);
    expect(questions[0]?.metrics).toEqual(['first', 'sla']);
  });

  it('never take more questions than one request may hold', () => {
    const many = Array.from({ length: 9 }, () => ({
      ...episode,
      findings: [
        ...episode.findings,
        ...episode.findings.map((one) => ({
          ...one,
          core: { ...core, metric: 'volume', team: 'current.group' as const },
        })),
      ],
    }));
    const tile = { core, meta: sla, cell: undefined, then: undefined, target: undefined };
    const changed = { ...tile, standing: 'worse' as const, distance: 3, change: 3, weeks: [] };
    expect(plan(scope, many, [changed]).questions.length).toBeLessThanOrEqual(50);
  });
});
