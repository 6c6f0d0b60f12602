/** Numbers for people: by the unit of the metric, in the language of the reader. */
import type { Good, Unit } from '$lib/api/types';
import { i18n, t } from '$lib/i18n/i18n.svelte';
import { exactly, parts } from './duration';

const formats = new Map<string, Intl.NumberFormat>();

/** A number by `Intl`, in the reader's language. */
export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  const id = `${i18n.tag}${JSON.stringify(options)}`;
  let format = formats.get(id);
  if (!format) formats.set(id, (format = new Intl.NumberFormat(i18n.tag, options)));
  return format.format(value);
}

/** A duration of so many seconds: `2 h 30 min`. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? '−' : '';
  const words = parts(seconds).map(({ n, unit }) => t(`unit.${unit}`, { n: number(n) }));
  return sign + words.join(' ');
}

/** A value in its unit, as short as it can be said; null is a dash, never a zero. */
export function value(amount: number | null | undefined, unit: Unit): string {
  if (amount === null || amount === undefined) return t('number.none');
  switch (unit) {
    case 'seconds':
      return duration(amount);
    case 'count':
      return number(amount, { maximumFractionDigits: Math.abs(amount) < 100 ? 1 : 0 });
    case 'share':
      return number(amount, { style: 'percent', maximumFractionDigits: 1 });
    case 'days':
      return t('unit.d', { n: number(amount, { maximumFractionDigits: 1 }) });
    case 'points':
      return number(amount, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
    case 'score':
    case 'ratio':
      return number(amount, { maximumFractionDigits: 2 });
  }
}

/** A value with every digit it has, for a hover. */
export function exact(amount: number | null | undefined, unit: Unit): string {
  if (amount === null || amount === undefined) return t('number.none.why');
  if (unit === 'seconds') return exactly(amount);
  const digits = { maximumFractionDigits: 8 };
  return unit === 'share'
    ? number(amount, { style: 'percent', ...digits })
    : number(amount, digits);
}

/** How a value compares with another one. */
export interface Comparison {
  /** In words, without direction: `12 %`, `3.1 pp`, `4`. */
  by: string;
  direction: 'up' | 'down' | 'same';
  /** Whether the change is for the better; undefined where neither direction is good. */
  better?: boolean;
}

/** Compares two values: shares in percentage points, everything else relatively. */
export function compare(
  now: number | null | undefined,
  then: number | null | undefined,
  unit: Unit,
  good: Good,
): Comparison | undefined {
  if (now === null || now === undefined || then === null || then === undefined) return undefined;
  const change = now - then;
  const absolute = unit === 'share' || unit === 'points' || then === 0;
  const size = absolute ? Math.abs(change) : Math.abs(change / then);
  if (size < (absolute && unit !== 'share' ? 0.05 : 0.0005)) return { by: '', direction: 'same' };
  const direction = change > 0 ? 'up' : 'down';
  const by = absolute
    ? unit === 'share'
      ? `${number(size * 100, { maximumFractionDigits: 1 })} pp`
      : value(Math.abs(change), unit === 'points' ? 'ratio' : unit)
    : number(size, { style: 'percent', maximumFractionDigits: size < 0.1 ? 1 : 0 });
  const better = good === 'context' ? undefined : (good === 'high') === change > 0;
  return { by, direction, better };
}
