/** Where the parts of a clock stand on an axis of time. */
import type { ClockSegment, ClockTrace, SegmentState } from '$lib/api/types';
import { fromAbsolute, type ZonedDateTime } from '@internationalized/date';
import { micros } from './time';

export interface Span {
  from: number;
  to: number;
}

/** A part as it is drawn, in pixels. */
export interface Piece {
  x: number;
  width: number;
  state: SegmentState;
  /** Position of its segment. */
  at: number;
}

/** From the first start to the last end, and never empty. */
export function extent(traces: ClockTrace[]): Span {
  const ends = traces.flatMap(({ segments }) =>
    segments.flatMap(({ from, to }) => [micros(from), micros(to)]),
  );
  if (ends.length === 0) return { from: 0, to: 1 };
  const from = ends.reduce((a, b) => Math.min(a, b));
  const to = ends.reduce((a, b) => Math.max(a, b));
  return { from, to: to > from ? to : from + 1 };
}

/** Lays segments out on `width` pixels; what is too short to see is still one and a half wide. */
export function layout(segments: ClockSegment[], axis: Span, width: number): Piece[] {
  const scale = width / (axis.to - axis.from);
  return segments.map((segment, at) => {
    const x = (micros(segment.from) - axis.from) * scale;
    const end = (micros(segment.to) - axis.from) * scale;
    const wide = Math.max(end - x, 1.5);
    return { x: Math.min(x, width - 1.5), width: wide, state: segment.state, at };
  });
}

/** One outline for all pieces of a state: a year of business hours is five paths, not a thousand. */
export function outline(pieces: Piece[], state: SegmentState, height: number): string {
  return pieces
    .filter((piece) => piece.state === state)
    .map(({ x, width }) => `M${x.toFixed(2)} 0h${width.toFixed(2)}v${height}h-${width.toFixed(2)}z`)
    .join('');
}

/** The segment drawn at `x`; the shortest where several meet, for it is the hardest to hit. */
export function pieceAt(pieces: Piece[], x: number): Piece | undefined {
  return pieces
    .filter((piece) => x >= piece.x - 2 && x <= piece.x + piece.width + 2)
    .reduce<Piece | undefined>((best, piece) => {
      const inside = x >= piece.x && x <= piece.x + piece.width;
      const was = best && x >= best.x && x <= best.x + best.width;
      if (!best || (inside && !was)) return piece;
      return inside === was && piece.width < best.width ? piece : best;
    }, undefined);
}

export interface Tick {
  us: number;
  /** Whether it is the start of a day, so that its date is shown. */
  day: boolean;
}

type Step = { hours?: number; days?: number; months?: number };
const HOUR = 3_600_000_000;
const STEPS: [number, Step][] = [
  [HOUR, { hours: 1 }],
  [3 * HOUR, { hours: 3 }],
  [6 * HOUR, { hours: 6 }],
  [12 * HOUR, { hours: 12 }],
  [24 * HOUR, { days: 1 }],
  [2 * 24 * HOUR, { days: 2 }],
  [7 * 24 * HOUR, { days: 7 }],
  [14 * 24 * HOUR, { days: 14 }],
  [30 * 24 * HOUR, { months: 1 }],
  [91 * 24 * HOUR, { months: 3 }],
  [365 * 24 * HOUR, { months: 12 }],
];

/** Local hours, days, weeks or months on the axis, about `most` of them. */
export function ticks(axis: Span, zone: string, most: number): Tick[] {
  const span = axis.to - axis.from;
  if (span < HOUR / 2) return [];
  const [, step] = STEPS.find(([size]) => span / size <= most) ?? [0, { months: 12 }];
  const ticks: Tick[] = [];
  let at = first(fromAbsolute(axis.from / 1_000, zone), step);
  for (let us = at.toDate().getTime() * 1_000; us <= axis.to; us = at.toDate().getTime() * 1_000) {
    if (us >= axis.from) ticks.push({ us, day: at.hour === 0 && at.minute === 0 });
    at = at.add(step);
  }
  return ticks;
}

/** The last local boundary of the step at or before a time. */
function first(time: ZonedDateTime, step: Step): ZonedDateTime {
  const zero = { minute: 0, second: 0, millisecond: 0 };
  if (step.hours) return time.set({ ...zero, hour: time.hour - (time.hour % step.hours) });
  if (step.days) return time.set({ ...zero, hour: 0 });
  return time.set({ ...zero, hour: 0, day: 1, month: step.months === 12 ? 1 : time.month });
}

/** What a segment is filled with; the patterns are the legend's, and differ without colour too. */
export function fillOf(state: SegmentState): string {
  return state === 'running' ? 'var(--series-1)' : `url('#clock-${state}')`;
}
