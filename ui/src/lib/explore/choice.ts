/** Which charts fit a question, which one is best, and what stands against the others. */
import type { MetricMeta, Question } from '$lib/api/types';
import type { Key } from '$lib/i18n/i18n.svelte';
import { KINDS, type Kind } from './view';

/** What must be known of each metric before it is asked. */
export type Nature = Pick<MetricMeta, 'kind' | 'unit'>;

export interface Fit {
  kind: Kind;
  fits: boolean;
  /** Why it does not fit, or what the question becomes when it is picked. */
  why?: Key;
  /** What makes it fit. */
  reshape?: Partial<Question>;
}

const TIMES = ['hour_of_day', 'day_of_week'];
const NOT_ADDED = ['tag', 'tags'];

const heats = (question: Question): boolean => {
  const sides = (question.by?.length ?? 0) + (question.every ? 1 : 0);
  return sides === 2;
};

/** Whether both times of the week are asked for. */
export const weekly = (question: Question): boolean =>
  !question.every &&
  TIMES.every((name) => question.by?.includes(name)) &&
  question.by?.length === 2;

/** The kind of chart that shows a question best. */
export function automatic(question: Question): Kind {
  if (weekly(question)) return 'heat';
  if (question.every) return 'line';
  return question.by?.length ? 'bars' : 'number';
}

/** Every kind, and whether it fits the question. */
export function fits(question: Question, natures: Nature[]): Fit[] {
  return KINDS.map((kind) => ({ kind, ...fit(kind, question, natures) }));
}

function fit(kind: Kind, question: Question, natures: Nature[]): Omit<Fit, 'kind'> {
  const split = question.by?.length ?? 0;
  switch (kind) {
    case 'table':
      return { fits: true };
    case 'number':
      return question.every || split
        ? { fits: false, why: 'explore.fit.number', reshape: { every: undefined, by: undefined } }
        : { fits: true };
    case 'line':
      return question.every
        ? { fits: true }
        : { fits: false, why: 'explore.fit.line', reshape: { every: 'week' } };
    case 'bars':
      return question.every || split
        ? { fits: true }
        : { fits: false, why: 'explore.fit.bars', reshape: { by: ['channel'] } };
    case 'heat':
      if (natures.some(({ kind }) => kind === 'stock'))
        return heats(question) ? { fits: true } : { fits: false, why: 'explore.fit.heat.stock' };
      return heats(question)
        ? { fits: true }
        : {
            fits: false,
            why: 'explore.fit.heat',
            reshape: { by: TIMES, every: undefined, compare: undefined },
          };
    case 'distribution':
      if (!natures.some(({ kind }) => kind === 'duration'))
        return { fits: false, why: 'explore.fit.distribution.kind' };
      return question.every
        ? { fits: false, why: 'explore.fit.distribution', reshape: { every: undefined } }
        : { fits: true };
    case 'funnel':
      if (natures.length < 2) return { fits: false, why: 'explore.fit.funnel.several' };
      if (natures.some(({ kind }) => kind === 'stock'))
        return { fits: false, why: 'explore.fit.funnel.stock' };
      return question.every || split
        ? { fits: false, why: 'explore.fit.funnel', reshape: { every: undefined, by: undefined } }
        : { fits: true };
  }
}

/** The kind that is drawn: the one asked for if it fits, else the best. */
export function drawn(question: Question, natures: Nature[], as: Kind | undefined): Kind {
  const asked = as && fits(question, natures).find(({ kind }) => kind === as);
  return asked?.fits ? asked.kind : automatic(question);
}

/** Why groups cannot be piled on each other; undefined where they can. */
export function unstackable(question: Question, metas: MetricMeta[], kind: Kind): Key | undefined {
  if (kind !== 'line' && kind !== 'bars') return 'explore.stack.kind';
  const groups = question.by?.length ?? 0;
  if (groups === 0 || (!question.every && groups < 2)) return 'explore.stack.groups';
  for (const meta of metas) {
    if (meta.kind === 'share' || meta.unit === 'share') return 'explore.stack.share';
    if (meta.kind === 'duration' || meta.kind === 'mean') return 'explore.stack.duration';
    if (meta.kind !== 'count' && meta.kind !== 'stock') return 'explore.stack.ratio';
    if (!meta.statistics.every((name) => ['count', 'sum', 'last'].includes(name)))
      return 'explore.stack.duration';
  }
  if (question.by?.some((name) => NOT_ADDED.includes(name))) return 'explore.stack.tags';
  return undefined;
}
