/** Where on the axis of time something happened. */
import type { Mark } from '$lib/chart/option/line';
import type { Point } from './panel';

/** An annotation, as far as a chart shows it. */
export interface Happened {
  at: string;
  to?: string | null;
  title: string;
}

/** An instant as the local text that buckets are written in. */
export function local(at: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '00';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** Annotations as marks at the buckets they fall in; those before the first are left out. */
export function marks(all: Happened[], points: Point[], zone: string): Mark[] {
  const times = points.map(({ time }) => time ?? '');
  const place = (at: string) => {
    const text = local(at, zone);
    return times.findLastIndex((time) => time <= text);
  };
  return all.flatMap(({ at, to, title }) => {
    const from = place(at);
    const until = to ? place(to) : from;
    if (until < 0 || (from < 0 && !to)) return [];
    return [{ at: Math.max(0, from), ...(to ? { to: until } : {}), title }];
  });
}
