/** Instants and buckets of time in words. The zone is always the answer's, never the browser's. */
import { i18n } from '$lib/i18n/i18n.svelte';

type Style = Intl.DateTimeFormatOptions;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, style: Style): Intl.DateTimeFormat {
  const id = `${i18n.tag}|${zone}|${JSON.stringify(style)}`;
  let known = formats.get(id);
  if (!known) {
    known = new Intl.DateTimeFormat(i18n.tag, { timeZone: zone, ...style });
    formats.set(id, known);
  }
  return known;
}

/** An instant (RFC 3339) as date and time in `zone`. */
export function instant(at: string, zone: string): string {
  return format(zone, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/** An instant with seconds, for a hover. */
export function instantExactly(at: string, zone: string): string {
  return `${format(zone, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at))} (${zone})`;
}

/** The day of an instant in `zone`. */
export function day(at: string, zone: string): string {
  return format(zone, { dateStyle: 'medium' }).format(new Date(at));
}

/** The time of day of an instant in `zone`. */
export function clock(at: string, zone: string): string {
  return format(zone, { timeStyle: 'short' }).format(new Date(at));
}

/** A bucket's local start, as an answer writes it, in words that suit the grain. */
export function bucket(time: string, every: string | null | undefined): string {
  // The text is local already: read and written in UTC it stays what it is.
  const date = new Date(`${time.length <= 10 ? `${time}T00:00` : time}Z`);
  const style: Record<string, Style> = {
    hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    day: { weekday: 'short', day: 'numeric', month: 'short' },
    week: { day: 'numeric', month: 'short', year: 'numeric' },
    month: { month: 'short', year: 'numeric' },
    quarter: { month: 'short', year: 'numeric' },
    year: { year: 'numeric' },
  };
  return format('UTC', style[every ?? 'day'] ?? { dateStyle: 'medium' }).format(date);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago, or how soon, in the largest unit: `3 hours ago`. */
export function relative(at: string, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const words = new Intl.RelativeTimeFormat(i18n.tag, { numeric: 'auto' });
  return words.format(Math.round(seconds / size), unit);
}

/** A period in words, its end shown as the last instant that is in it. */
export function period(from: string | null | undefined, to: string, zone: string): string {
  const last = new Date(new Date(to).getTime() - 1).toISOString();
  if (!from) return `… – ${day(last, zone)}`;
  const style = format(zone, { dateStyle: 'medium' });
  return style.formatRange(new Date(from), new Date(last));
}
