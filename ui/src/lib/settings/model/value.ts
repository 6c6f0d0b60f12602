/** Values as people write them: `2 h 30 min`, `90 %`, `4,5`. */
import type { Unit } from '$lib/api/types';
import { number } from '$lib/format/format';
import { t } from '$lib/i18n/i18n.svelte';

const SECONDS: [RegExp, number][] = [
  [/^(s|sec|secs|second|seconds|sek|sekunden?)$/, 1],
  [/^(m|min|mins|minute|minutes|minuten)$/, 60],
  [/^(h|hr|hrs|hour|hours|std|stunden?)$/, 3_600],
  [/^(d|day|days|t|tage?n?)$/, 86_400],
];

/** A number with a point or a comma. */
export function readNumber(text: string): number | undefined {
  const plain = text.trim().replace(/[\s\u00a0\u202f]/g, '');
  if (!/^[+-]?\d+([.,]\d+)?$/.test(plain)) return undefined;
  return Number(plain.replace(',', '.'));
}

/** Seconds of `2 h 30 min`, `2h30`, `1:30`, `1,5 Std.`; a bare number says nothing. */
export function readDuration(text: string): number | undefined {
  const plain = text.trim().toLowerCase();
  const clock = /^(\d+):([0-5]\d)(?::([0-5]\d))?$/.exec(plain);
  if (clock) return Number(clock[1]) * 3_600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  let rest = plain;
  let seconds = 0;
  let last = Infinity;
  while (rest) {
    const found = /^(\d+(?:[.,]\d+)?)[\s\u00a0]*([a-z]+)?\.?[\s\u00a0,]*/.exec(rest);
    if (!found) return undefined;
    const unit = found[2];
    // `2h30` and `2 h 30` mean minutes behind hours.
    const size = unit
      ? SECONDS.find(([pattern]) => pattern.test(unit))?.[1]
      : last === 3_600
        ? 60
        : undefined;
    if (size === undefined || size >= last) return undefined;
    seconds += Number((found[1] ?? '').replace(',', '.')) * size;
    last = size;
    rest = rest.slice(found[0].length);
  }
  return plain ? Math.round(seconds) : undefined;
}

/** A duration without days, every unit said: `26 h 30 min`. */
export function durationText(seconds: number): string {
  const parts: [number, 'h' | 'min' | 's'][] = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const said = parts
    .filter(([n]) => n > 0)
    .map(([n, unit]) => t(`unit.${unit}`, { n: number(n, { useGrouping: false }) }));
  return said.join(' ') || t('unit.s', { n: 0 });
}

/** A duration as the policies write it: `1h 30m`. */
export function policyText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n}${unit}`)
    .join(' ');
}

/** A value in the unit of its metric. */
export function readValue(text: string, unit: Unit): number | undefined {
  const plain = text.trim();
  if (unit === 'seconds') return readDuration(plain);
  if (unit === 'days') {
    const seconds = readDuration(plain);
    return seconds === undefined ? readNumber(plain) : seconds / 86_400;
  }
  if (unit !== 'share') return readNumber(plain);
  const percent = /^(.*?)\s*%$/.exec(plain);
  const amount = readNumber(percent?.[1] ?? plain);
  if (amount === undefined) return undefined;
  const share = percent || amount > 1 ? amount / 100 : amount;
  return share >= 0 && share <= 1 ? Number(share.toFixed(10)) : undefined;
}

/** A value as a person would write it. */
export function valueText(value: number, unit: Unit): string {
  if (unit === 'seconds') return durationText(value);
  if (unit === 'days') return t('unit.d', { n: number(value, { maximumFractionDigits: 4 }) });
  const digits = { maximumFractionDigits: 6, useGrouping: false };
  return unit === 'share' ? number(value, { style: 'percent', ...digits }) : number(value, digits);
}
