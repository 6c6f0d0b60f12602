/** Percentiles of an answer as curves. */
import type { Answer, Cell } from '$lib/api/types';
import { quantile } from '../view';
import type { Panel, Serie } from './panel';

export interface Curve {
  serie: Serie;
  points: { at: number; value: number }[];
  n: number;
}

/** The percentiles of a cell, in their order. */
export function curve(cell: Cell | undefined): { at: number; value: number }[] {
  return Object.entries(cell?.statistics ?? {})
    .flatMap(([name, value]) => {
      const at = quantile(name);
      return at === undefined || value === null ? [] : [{ at, value }];
    })
    .sort((a, b) => a.at - b.at);
}

/** One curve for each cell of a panel that has percentiles. */
export function curves(panel: Panel): Curve[] {
  return panel.series.flatMap((serie) =>
    serie.cells.flatMap((cell, at) => {
      const points = curve(cell);
      if (points.length < 2) return [];
      const dimensions = { ...panel.points[at]?.dimensions, ...serie.dimensions };
      return [{ serie: { ...serie, dimensions }, points, n: cell?.n ?? 0 }];
    }),
  );
}

/** Whether any metric of an answer has percentiles. */
export const spread = (answer: Answer): boolean =>
  Object.values(answer.metrics).some(
    ({ statistics }) => statistics.filter((name) => quantile(name) !== undefined).length >= 2,
  );
