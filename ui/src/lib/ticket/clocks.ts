/** The clocks of a ticket: which belong together, and whether their parts add up. */
import type { ClockTrace, Definition } from '$lib/api/types';
import { micros } from './time';

export type Group = 'durations' | 'turns' | 'sla';
export type Face = 'business' | 'calendar';

/** Clocks that most people look for; the others are variants of them. */
const MAIN = [
  'first_ack',
  'first_reply',
  'first_resolution',
  'full_resolution',
  'net_resolution',
  'requester_wait',
  'waiting_on_customer',
  'on_hold',
  'agent_work',
];

/** What a clock is of: the ticket, one wait for a reply, or a promise. */
export function groupOf({ name }: Pick<ClockTrace, 'name'>): Group {
  if (name.startsWith('sla ')) return 'sla';
  return name.startsWith('turn ') ? 'turns' : 'durations';
}

export const isMain = ({ name }: Pick<ClockTrace, 'name'>): boolean => MAIN.includes(name);

/** The clocks to show for business or calendar time; promises have a calendar of their own. */
export function facing(clocks: ClockTrace[], face: Face): ClockTrace[] {
  return clocks.filter((trace) => groupOf(trace) === 'sla' || trace.clock === face);
}

/** Whether business hours say anything of the ticket: a calendar was in force. */
export const hasCalendar = (clocks: ClockTrace[]): boolean =>
  clocks.some(
    ({ clock, segments }) =>
      clock === 'business' &&
      segments.some(({ state }) => state === 'running' || state === 'closed'),
  );

export interface Keyed {
  key: string;
  trace: ClockTrace;
}

/** Gives every clock a name of its own, which stays when others are added. */
export function keyed(traces: ClockTrace[]): Keyed[] {
  const seen = new Map<string, number>();
  return traces.map((trace) => {
    const name = `${trace.name}|${trace.clock}|${trace.from ?? ''}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { key: times > 1 ? `${name}|${times}` : name, trace };
  });
}

/** The parts that count, in order. */
export const counted = (trace: ClockTrace): number[] =>
  trace.segments.map(({ counted_us }) => counted_us).filter((us) => us > 0);

/** What the parts of a clock come to, in whole microseconds. */
export const sum = (trace: ClockTrace): number =>
  trace.segments.reduce((total, { counted_us }) => total + counted_us, 0);

/** Whether the parts come to the number in the fact tables; undefined where there is none. */
export function addsUp(trace: ClockTrace): boolean | undefined {
  if (trace.value_us === null || trace.value_us === undefined) return undefined;
  return sum(trace) === trace.value_us;
}

/** Equal parts that follow each other, taken together: `11 h × 4`. */
export interface Addend {
  us: number;
  times: number;
}

export function addends(trace: ClockTrace): Addend[] {
  const parts: Addend[] = [];
  for (const us of counted(trace)) {
    const last = parts.at(-1);
    if (last?.us === us) last.times += 1;
    else parts.push({ us, times: 1 });
  }
  return parts;
}

/** A promise as the words of its clock give it. */
export interface Promised {
  clock: string;
  policy: string;
  version: string;
  target_us: number;
  state: string;
}

const PROMISE = /^(\S+) of policy (.+) \((\S+)\): target (\d+) s, (\w+)\.$/;

export function promised(trace: ClockTrace): Promised | undefined {
  const [, clock, policy, version, target, state] = PROMISE.exec(trace.meaning) ?? [];
  if (!clock || !policy || !version || !target || !state) return undefined;
  return { clock, policy, version, target_us: Number(target) * 1_000_000, state };
}

/** The instant at which a clock has counted so much; undefined while it has not. */
export function reached(trace: ClockTrace, target_us: number): number | undefined {
  let total = 0;
  for (const segment of trace.segments) {
    if (segment.counted_us > 0 && total + segment.counted_us >= target_us) {
      // A running part counts one to one.
      return micros(segment.from) + (target_us - total);
    }
    total += segment.counted_us;
  }
  return undefined;
}

/** Which clocks a metric's number is read from, by the columns of its definition. */
export function clocksOf(
  definition: Pick<Definition, 'table' | 'variants'>,
  variant: string | undefined,
): { group: Group; names?: string[] } | undefined {
  const chosen = variant ? definition.variants[variant] : Object.values(definition.variants)[0];
  if (!chosen) return undefined;
  const table = chosen.table ?? definition.table;
  if (table === 'clocks') return { group: 'sla' };
  if (table === 'turns') return { group: 'turns' };
  const columns = columnsOf(chosen.value);
  if (columns.some((column) => column.startsWith('next_reply_'))) return { group: 'turns' };
  const names = columns.map((column) => column.replace(/(_business)?_us$/, ''));
  return names.length ? { group: 'durations', names } : undefined;
}

function columnsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((column): column is string => typeof column === 'string');
}
