/**
 * What a value would be if nothing but the mix of tickets were different: those who handle more
 * phone or more urgent tickets are compared with how everybody does on those tickets.
 */
import type { Cell, Row } from '$lib/api/types';

/** Which kinds of tickets are compared like with like; two at most, beside who it is about. */
export const MIXES = {
  'channel-priority': ['channel', 'priority'],
  'channel-type': ['channel', 'type'],
  'priority-type': ['priority', 'type'],
  'product-priority': ['product', 'priority'],
} as const;

export type Mix = keyof typeof MIXES;
export const DEFAULT_MIX: Mix = 'channel-priority';

export const readMix = (params: URLSearchParams): Mix => {
  const wanted = params.get('mix');
  return wanted && wanted in MIXES ? (wanted as Mix) : DEFAULT_MIX;
};

/** One kind of ticket: how many there are, and the value on them. */
export interface Stratum {
  n: number;
  value: number | null | undefined;
}

export type Strata = Map<string, Stratum>;

const SEPARATOR = '\u001f';

/** The strata of one measure among rows split by the dimensions of the mix. */
export function strata(rows: Row[], dimensions: readonly string[], measure: string): Strata {
  const found: Strata = new Map();
  for (const row of rows) {
    const cell = row.cells[measure] as Cell | undefined;
    if (!cell || cell.n === 0) continue;
    const key = dimensions.map((name) => String(row[name] ?? '')).join(SEPARATOR);
    found.set(key, { n: cell.n, value: cell.value });
  }
  return found;
}

export interface Expected {
  value: number;
  /** The share of one's cases that had anything to compare with. */
  covered: number;
}

/**
 * The value expected of `own` mix, when each kind of ticket went as it does for the peers.
 *
 * Σ own n × peers' value / Σ own n, over the strata; then scaled so that the peers' own mix gives
 * the peers' own value `whole`. For shares and means the scale is 1; medians do not add up, and
 * without it even the peers themselves would differ from what is expected of them.
 */
export function expected(
  own: Strata,
  peers: Strata,
  whole: number | null | undefined,
): Expected | undefined {
  if (whole === null || whole === undefined) return undefined;
  const mine = blend(own, peers);
  const theirs = blend(peers, peers);
  if (!mine || !theirs) return undefined;
  const value = theirs.value === 0 ? mine.value : (whole * mine.value) / theirs.value;
  return { value, covered: mine.covered };
}

/** The mean of `values`, weighted by the n of `weights`. */
export function blend(weights: Strata, values: Strata): Expected | undefined {
  let [sum, known, all] = [0, 0, 0];
  for (const [key, { n }] of weights) {
    all += n;
    const value = values.get(key)?.value;
    if (value === null || value === undefined) continue;
    sum += n * value;
    known += n;
  }
  return known === 0 ? undefined : { value: sum / known, covered: known / all };
}
