/** Why two variants of a metric give two numbers. */
import type { Cell, Definition, MetricMeta, VariantDescription } from '$lib/api/types';

/** Something in which they are not the same: a key of the catalogue, and both sides. */
export interface Difference {
  key:
    'formula' | 'kind' | 'table' | 'statistic' | 'clock' | 'attribution' | 'where' | 'population';
  a: string;
  b: string;
}

export interface Side {
  variant: VariantDescription;
  /** The name of its cells in the answer. */
  name?: string;
  meta?: MetricMeta;
  cell?: Cell;
}

/** What is counted differently, the weightiest first. */
export function differences(definition: Definition, a: Side, b: Side): Difference[] {
  const written = (side: Side) => definition.variants[side.variant.name];
  const pairs: [Difference['key'], (side: Side) => string | null | undefined][] = [
    ['formula', ({ variant }) => variant.formula],
    ['kind', ({ variant }) => variant.kind],
    ['table', ({ variant }) => variant.table],
    ['where', (side) => written(side)?.where],
    ['population', (side) => written(side)?.population ?? 'default'],
    ['statistic', ({ meta, variant }) => meta?.statistics[0] ?? variant.statistics[0]],
    ['clock', ({ meta, variant }) => meta?.clock ?? variant.clocks[0]],
    ['attribution', ({ meta, variant }) => meta?.attribution ?? variant.attribution[0]],
  ];
  return pairs.flatMap(([key, read]) => {
    const [left, right] = [read(a) ?? '', read(b) ?? ''];
    return left === right ? [] : [{ key, a: left, b: right }];
  });
}

/** What can be told of their tickets from counts alone. */
export type Counts =
  | { says: 'same'; n: number }
  | { says: 'more'; by: number; which: 'a' | 'b' }
  | { says: 'other'; a: number; b: number }
  | { says: 'ratios'; a: number; b: number }
  | { says: 'units'; a: number; b: number };

/** Counts of the same table can be compared; those of different tables count different things. */
export function counts(definition: Definition, a: Side, b: Side): Counts | undefined {
  const [left, right] = [a.cell?.n, b.cell?.n];
  if (left === undefined || right === undefined) return undefined;
  // The n of a ratio of two streams is its denominator, whatever table that is read from.
  if ([a, b].some(({ variant }) => variant.kind === 'flow') && a.variant.table !== b.variant.table)
    return { says: 'ratios', a: left, b: right };
  // A variant with a relation of its own gathers rows first: clocks by ticket, and the like.
  const [own, others] = [a, b].map(({ variant }) => {
    const written = definition.variants[variant.name];
    return `${written?.from ?? ''}|${written?.distinct ?? ''}`;
  });
  if (own !== others) return { says: 'units', a: left, b: right };
  if (a.variant.table !== b.variant.table) return { says: 'other', a: left, b: right };
  if (left === right) return { says: 'same', n: left };
  return { says: 'more', by: Math.abs(left - right), which: left > right ? 'a' : 'b' };
}
