/** An answer's rows as panels: points along an axis, and series of cells over them. */
import type { Answer, Cell, Drill, MetricMeta, Row } from '$lib/api/types';
import { WEEKDAYS } from './week';

export const SERIES_MAX = 8;
export const PANELS_MAX = 24;
const NONE = '(none)';

/** One position on the axis: a bucket of time, a group, or nothing at all. */
export interface Point {
  key: string;
  time?: string;
  dimensions: Record<string, string>;
  partial: boolean;
}

export interface Serie {
  /** Name of its cells in the answer. */
  cell: string;
  dimensions: Record<string, string>;
  /** The period compared with, where this is not the one asked for. */
  compared?: string;
  cells: (Cell | undefined)[];
  /** Position of its colour: a compared period has that of the series it is compared with. */
  color: number;
}

/** What is drawn in one chart. */
export interface Panel {
  key: string;
  /** The metrics in it, by the names of their cells; they share a unit. */
  metas: Record<string, MetricMeta>;
  dimensions: Record<string, string>;
  /** `time`, the name of a dimension, or empty where there is one point. */
  axis: string;
  points: Point[];
  series: Serie[];
  /** Groups that are left out, because nobody could tell their lines apart. */
  left: number;
}

export interface Wanted {
  multiples: boolean;
  /** The dimension along the axis, where it is not time. */
  axis?: string;
  /** Whether compared periods are drawn. */
  compared: boolean;
  most?: number;
}

/** The value of a dimension in a row. */
export function valueOf(row: Row, dimension: string): string {
  const value = (row as Record<string, unknown>)[dimension];
  return value === null || value === undefined ? NONE : String(value);
}

/** The names of the answer's cells, in the order asked. */
export function cellNames(answer: Answer): string[] {
  const asked = answer.question.metrics.map((metric) =>
    typeof metric === 'string' ? metric : (metric.as ?? metric.metric),
  );
  const known = asked.filter((name) => name in answer.metrics);
  return known.length === Object.keys(answer.metrics).length ? known : Object.keys(answer.metrics);
}

/** Which cell a point of a series is, for the page behind it. */
export function drill(panel: Panel, serie: Serie, point: Point): Partial<Drill> {
  const dimensions = { ...panel.dimensions, ...point.dimensions, ...serie.dimensions };
  return {
    metric: serie.cell,
    ...(point.time === undefined ? {} : { time: point.time }),
    ...(Object.keys(dimensions).length ? { dimensions } : {}),
  };
}

/** Arranges an answer into panels, and says how many there would be. */
export function panels(answer: Answer, wanted: Wanted): { panels: Panel[]; left: number } {
  const by = answer.question.by ?? [];
  const outer = wanted.multiples ? by[0] : undefined;
  const inner = by.filter((name) => name !== outer);
  const timed = !!answer.question.every && wanted.axis === undefined;
  const axis = timed ? 'time' : (wanted.axis ?? inner[0] ?? '');
  const split = inner.filter((name) => name !== axis);
  const outers = outer ? distinct(answer.rows, [outer]) : [{}];
  const sets = together(answer, split.length > 0);
  const all = outers.flatMap((dimensions) => sets.map((cells) => ({ dimensions, cells })));
  return {
    panels: all.slice(0, PANELS_MAX).map(({ dimensions, cells }) => {
      const rows = answer.rows.filter((row) => matches(row, dimensions));
      return panel(answer, wanted, { dimensions, cells, rows, axis, split });
    }),
    left: Math.max(0, all.length - PANELS_MAX),
  };
}

/** Metrics that share a chart: those of one unit, or each alone where lines are groups. */
function together(answer: Answer, split: boolean): string[][] {
  const names = cellNames(answer);
  if (split) return names.map((name) => [name]);
  const units = new Map<string, string[]>();
  for (const name of names) {
    const unit = answer.metrics[name]?.unit ?? '';
    units.set(unit, [...(units.get(unit) ?? []), name]);
  }
  return [...units.values()];
}

interface Part {
  dimensions: Record<string, string>;
  cells: string[];
  rows: Row[];
  axis: string;
  split: string[];
}

function panel(answer: Answer, wanted: Wanted, part: Part): Panel {
  const { dimensions, cells, rows, axis, split } = part;
  const points = ordered(axis, pointsOf(axis, rows), answer.question.week_start ?? 'monday');
  const position = new Map(points.map(({ key }, at) => [key, at]));
  const groups = largest(distinct(rows, split), rows, cells[0] ?? '', wanted.most ?? SERIES_MAX);
  const periods = wanted.compared ? Object.keys(answer.compared ?? {}) : [];
  const series: Serie[] = [];
  let color = 0;
  for (const cell of cells) {
    for (const group of groups.kept) {
      const own = rows.filter((row) => matches(row, group));
      for (const compared of [undefined, ...periods]) {
        const found: (Cell | undefined)[] = points.map(() => undefined);
        for (const row of own) {
          const at = position.get(keyOf(axis, row));
          const whole = row.cells[cell];
          if (at !== undefined) found[at] = compared ? whole?.compared?.[compared] : whole;
        }
        series.push({
          cell,
          dimensions: group,
          cells: found,
          color,
          ...(compared ? { compared } : {}),
        });
      }
      color += 1;
    }
  }
  const metas = Object.fromEntries(
    cells.flatMap((name) => {
      const meta = answer.metrics[name];
      return meta ? [[name, meta] as const] : [];
    }),
  );
  const key = `${cells.join('+')}|${Object.values(dimensions).join('|')}`;
  return { key, metas, dimensions, axis, points, series, left: groups.left };
}

const keyOf = (axis: string, row: Row): string =>
  axis === 'time' ? (row.time ?? '') : axis ? valueOf(row, axis) : '';

function pointsOf(axis: string, rows: Row[]): Point[] {
  const points = new Map<string, Point>();
  for (const row of rows) {
    const key = keyOf(axis, row);
    const known = points.get(key);
    if (known) known.partial ||= row.partial === true;
    else
      points.set(key, {
        key,
        ...(axis === 'time' ? { time: key } : {}),
        dimensions: axis && axis !== 'time' ? { [axis]: key } : {},
        partial: row.partial === true,
      });
  }
  return [...points.values()];
}

/** Times in their order, with hours and weekdays that have no rows; other groups as answered. */
function ordered(axis: string, points: Point[], weekStart: string): Point[] {
  if (axis === 'time') return points.sort((a, b) => (a.key < b.key ? -1 : 1));
  const names = axis === 'hour_of_day' ? HOURS : axis === 'day_of_week' ? week(weekStart) : [];
  const known = new Map(points.map((point) => [point.key, point]));
  const filled = names.map(
    (key) => known.get(key) ?? { key, dimensions: { [axis]: key }, partial: false },
  );
  return [...filled, ...points.filter(({ key }) => !names.includes(key))];
}

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour));

function week(start: string): string[] {
  const at = Math.max(0, (WEEKDAYS as readonly string[]).indexOf(start));
  return [...WEEKDAYS.slice(at), ...WEEKDAYS.slice(0, at)];
}

/** The combinations of values that occur, in the order answered. */
export function distinct(rows: Row[], names: string[]): Record<string, string>[] {
  const found = new Map<string, Record<string, string>>();
  for (const row of rows) {
    const values = names.map((name) => valueOf(row, name));
    const key = JSON.stringify(values);
    if (!found.has(key))
      found.set(key, Object.fromEntries(names.map((name, at) => [name, values[at] ?? NONE])));
  }
  return [...found.values()];
}

const matches = (row: Row, dimensions: Record<string, string>): boolean =>
  Object.entries(dimensions).every(([name, value]) => valueOf(row, name) === value);

/** As many groups as can be told apart: those with the most cases, in the order answered. */
function largest(groups: Record<string, string>[], rows: Row[], cell: string, most: number) {
  if (groups.length <= most) return { kept: groups, left: 0 };
  const weighed = groups.map((group) => ({
    group,
    n: rows
      .filter((row) => matches(row, group))
      .reduce((sum, row) => sum + (row.cells[cell]?.n ?? 0), 0),
  }));
  const least = [...weighed].sort((a, b) => b.n - a.n).slice(0, most);
  return {
    kept: weighed.filter((one) => least.includes(one)).map(({ group }) => group),
    left: groups.length - most,
  };
}

/** The least and the greatest value of several panels, so that they can share a scale. */
export function extent(all: Panel[]): { min: number; max: number } | undefined {
  const values = all.flatMap(({ series }) =>
    series.flatMap(({ cells }) => cells.flatMap((cell) => cell?.value ?? [])),
  );
  if (values.length === 0) return undefined;
  return { min: Math.min(0, ...values), max: Math.max(...values) };
}
