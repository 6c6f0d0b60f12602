/** An answer as a table of all its cells, in any order. */
import type { Answer, Cell, MetricMeta, Row } from '$lib/api/types';
import { bucket } from '$lib/format/date';
import { compare, exact, number, value } from '$lib/format/format';
import { t } from '$lib/i18n/i18n.svelte';
import { dimensionTitle } from '$lib/question/names';
import { statisticTitle } from './statistic';
import { cellTitle, comparedTitle, groupTitle } from './names';
import { cellNames, valueOf } from './panel';

export type What =
  | 'time'
  | 'dimension'
  | 'value'
  | 'statistic'
  | 'n'
  | 'interval'
  | 'ratio'
  | 'unfinished'
  | 'compared'
  | 'change';

export interface TableColumn {
  key: string;
  /** Its own words; those of its metric stand above it. */
  title: string;
  /** Both. */
  full?: string;
  what: What;
  number: boolean;
  /** The name of the cells, the dimension, the statistic, the comparison. */
  cell?: string;
  name?: string;
  meta?: MetricMeta;
}

/** The columns that hold anything. */
export function columns(answer: Answer): TableColumn[] {
  const { question, rows, metrics } = answer;
  const metas = Object.values(metrics);
  const head: TableColumn[] = [
    ...(question.every
      ? [{ key: 'time', title: t('explore.order.time'), what: 'time' as const, number: false }]
      : []),
    ...(question.by ?? []).map((name) => ({
      key: `by.${name}`,
      title: dimensionTitle(name),
      what: 'dimension' as const,
      number: false,
      name,
    })),
  ];
  const several = metas.length > 1;
  return head.concat(
    cellNames(answer).flatMap((cell) => {
      const meta = metrics[cell];
      if (!meta) return [];
      const title = cellTitle(meta, metas);
      const any = (test: (cell: Cell) => unknown) =>
        rows.some((row) => {
          const own = row.cells[cell];
          return own !== undefined && !!test(own);
        });
      const column = (what: What, words: string, name?: string): TableColumn => ({
        key: `${cell}.${what}${name ? `.${name}` : ''}`,
        title: words,
        full: several ? `${title}: ${words}` : words,
        what,
        number: true,
        cell,
        name,
        meta,
      });
      const list = meta.statistics.length > 1;
      return [
        ...(list
          ? meta.statistics.map((name) => column('statistic', statisticTitle(name), name))
          : [{ ...column('value', several ? t('explore.column.value') : title), full: title }]),
        ...(any(({ low }) => low !== null && low !== undefined)
          ? [column('interval', t('explore.column.interval'))]
          : []),
        ...(any(({ denominator }) => denominator !== null && denominator !== undefined)
          ? [column('ratio', t('explore.column.ratio'))]
          : []),
        ...(meta.unit === 'count' && !any(({ n, value }) => n !== value)
          ? []
          : [column('n', t('explore.column.n'))]),
        ...(any(({ unfinished }) => unfinished)
          ? [column('unfinished', t('explore.column.unfinished'))]
          : []),
        ...Object.keys(answer.compared ?? {}).flatMap((name) => [
          column('compared', comparedTitle(name), name),
          column('change', t('explore.column.change'), name),
        ]),
      ];
    }),
  );
}

/** Columns of the same metric under its title, where there are several metrics. */
export function groups(answer: Answer, all: TableColumn[]): { title: string; span: number }[] {
  const metas = Object.values(answer.metrics);
  if (metas.length < 2) return [];
  const found: { cell?: string; title: string; span: number }[] = [];
  for (const { cell, meta } of all) {
    const last = found.at(-1);
    if (last && last.cell === cell) last.span += 1;
    else found.push({ cell, title: meta ? cellTitle(meta, metas) : '', span: 1 });
  }
  return found;
}

const cellOf = (row: Row, column: TableColumn): Cell | undefined => row.cells[column.cell ?? ''];

/** What rows are ordered by in a column. */
export function weight(row: Row, column: TableColumn): string | number | null {
  const cell = cellOf(row, column);
  switch (column.what) {
    case 'time':
      return row.time ?? '';
    case 'dimension':
      return valueOf(row, column.name ?? '');
    case 'statistic':
      return cell?.statistics?.[column.name ?? ''] ?? null;
    case 'n':
      return cell?.n ?? null;
    case 'interval':
      return cell?.low ?? null;
    case 'ratio':
      return cell?.numerator ?? null;
    case 'unfinished':
      return cell?.unfinished ?? null;
    case 'compared':
      return cell?.compared?.[column.name ?? '']?.value ?? null;
    case 'change': {
      const then = cell?.compared?.[column.name ?? '']?.value;
      return cell?.value === null || cell?.value === undefined || !then
        ? null
        : cell.value / then - 1;
    }
    default:
      return cell?.value ?? null;
  }
}

/** Rows in the order of a column; what has no value comes last, whichever way. */
export function sorted(rows: Row[], column: TableColumn, ascending: boolean): Row[] {
  const words = new Intl.Collator(undefined, { numeric: true });
  return rows.toSorted((a, b) => {
    const [one, two] = [weight(a, column), weight(b, column)];
    if (one === null || two === null) return one === two ? 0 : one === null ? 1 : -1;
    const order =
      typeof one === 'number' && typeof two === 'number'
        ? one - two
        : words.compare(String(one), String(two));
    return ascending ? order : -order;
  });
}

/** A cell of the table in words. */
export function text(row: Row, column: TableColumn, every: string | null | undefined): string {
  const cell = cellOf(row, column);
  const unit = column.meta?.unit ?? 'count';
  switch (column.what) {
    case 'time':
      return row.time ? bucket(row.time, every) : '';
    case 'dimension':
      return groupTitle(column.name ?? '', valueOf(row, column.name ?? ''));
    case 'interval':
      return cell?.low === null || cell?.low === undefined
        ? ''
        : `${value(cell.low, unit)} – ${value(cell.high, unit)}`;
    case 'ratio':
      return cell?.denominator === null || cell?.denominator === undefined
        ? ''
        : `${number(cell.numerator ?? 0, { maximumFractionDigits: 1 })} / ${number(cell.denominator, { maximumFractionDigits: 1 })}`;
    case 'n':
    case 'unfinished':
      return number(Number(weight(row, column) ?? 0));
    default:
      return value(weight(row, column) as number | null, unit);
  }
}

/** A cell with every digit, for a hover. */
export function hint(row: Row, column: TableColumn): string | undefined {
  if (!['value', 'statistic', 'compared'].includes(column.what)) return undefined;
  return exact(weight(row, column) as number | null, column.meta?.unit ?? 'count');
}

/** The change of a cell against a period compared with. */
export function change(row: Row, column: TableColumn) {
  const cell = cellOf(row, column);
  const { unit, good } = column.meta ?? { unit: 'count' as const, good: 'context' as const };
  return compare(cell?.value, cell?.compared?.[column.name ?? '']?.value, unit, good);
}
