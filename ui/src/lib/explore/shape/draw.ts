/** Panels as chart options. */
import type { Answer, Cell } from '$lib/api/types';
import type { Draw, Pressed } from '$lib/chart/attach.svelte';
import { bar } from '$lib/chart/option/bar';
import { funnel } from '$lib/chart/option/funnel';
import { heat } from '$lib/chart/option/heat';
import { line, type Mark } from '$lib/chart/option/line';
import { scale, type Scale } from '$lib/chart/option/scale';
import { quantiles } from '$lib/chart/option/quantile';
import { number, value } from '$lib/format/format';
import { i18n, t } from '$lib/i18n/i18n.svelte';
import { metricTitle } from '$lib/question/names';
import { cellTitle, pointTitle, serieTitle } from './names';
import { drill, type Panel, type Serie } from './panel';
import { curves, type Curve } from './quantiles';
import { stages, type Stage } from './stages';
import { statisticTitle } from './statistic';

export interface Look {
  every: string | null | undefined;
  stack?: boolean;
  scale?: Scale;
  small?: boolean;
  marks?: Mark[];
}

const formatOf = (panel: Panel) => {
  const unit = Object.values(panel.metas)[0]?.unit ?? 'count';
  return (amount: number) => value(amount, unit);
};

const some = (cells: (Cell | undefined)[], end: 'low' | 'high') =>
  cells.map((cell) => cell?.[end] ?? null);

/** Ticks of a duration, over everything that is drawn. */
function scaleOf(panel: Panel, series: Serie[], stack: boolean | undefined): Scale | undefined {
  if (stack) return undefined;
  const cells = series.flatMap(({ cells }) => cells);
  const most = Math.max(0, ...cells.flatMap((cell) => [cell?.value ?? 0, cell?.high ?? 0]));
  return scale(most, Object.values(panel.metas)[0]?.unit ?? 'count');
}

/** Lines over time, with intervals where there are few lines. */
export function drawLine(panel: Panel, look: Look): Draw {
  const own = panel.series.filter(({ compared }) => !compared).length;
  const series = panel.series.filter(({ compared }) => !look.stack || !compared);
  return line({
    times: panel.points.map((point) => pointTitle(panel, point, look.every)),
    partial: panel.points.map(({ partial }) => partial),
    series: series.map((serie) => ({
      name: serieTitle(panel, serie),
      values: serie.cells.map((cell) => cell?.value),
      ...(own <= 3 && !serie.compared && !look.stack
        ? { low: some(serie.cells, 'low'), high: some(serie.cells, 'high') }
        : {}),
      compared: !!serie.compared,
      stacked: look.stack,
      color: serie.color,
    })),
    format: formatOf(panel),
    marks: look.marks,
    small: look.small,
    scale: look.scale ?? scaleOf(panel, series, look.stack),
    zero: true,
  });
}

/** Bars for groups or for buckets of time. */
export function drawBars(panel: Panel, look: Look): Draw {
  const series = panel.series.filter(({ compared }) => !look.stack || !compared);
  return bar({
    groups: panel.points.map((point) => pointTitle(panel, point, look.every)),
    partial: panel.axis === 'time' ? panel.points.map(({ partial }) => partial) : undefined,
    series: series.map((serie) => ({
      name: serieTitle(panel, serie),
      values: serie.cells.map((cell) => cell?.value),
      color: serie.color,
      compared: !!serie.compared,
    })),
    format: formatOf(panel),
    stacked: look.stack,
    lying: lying(panel),
    scale: look.scale ?? scaleOf(panel, series, look.stack),
    small: look.small,
  });
}

/** Groups with names stand below each other; times and hours run from left to right. */
export const lying = (panel: Panel): boolean =>
  !['time', 'hour_of_day', 'day_of_week', 'age_bucket'].includes(panel.axis);

/** Two sides, and a colour where they meet. */
export function drawHeat(panel: Panel, look: Look): Draw {
  const meta = Object.values(panel.metas)[0];
  return heat({
    across: panel.points.map((point) => pointTitle(panel, point, look.every)),
    down: panel.series.map((serie) => serieTitle(panel, serie)),
    values: panel.series.map(({ cells }) => cells.map((cell) => cell?.value)),
    notes: panel.series.map(({ cells }) =>
      cells.map((cell) => (cell ? t('number.n', { n: number(cell.n) }) : undefined)),
    ),
    format: formatOf(panel),
    name: meta ? metricTitle(meta) : '',
  });
}

/** Curves of percentiles; the groups of the axis have a curve each. */
export function drawQuantiles(panel: Panel): Draw {
  const all = curves(panel);
  return quantiles({
    series: all.map((curve) => ({
      name: curveTitle(panel, curve),
      points: curve.points,
      compared: !!curve.serie.compared,
      color: colorOf(all, curve),
    })),
    format: formatOf(panel),
    scale: scale(
      Math.max(0, ...all.flatMap(({ points }) => points.map(({ value }) => value))),
      Object.values(panel.metas)[0]?.unit ?? 'count',
    ),
    percent: (at) => number(at / 100, { style: 'percent' }),
    marks: [
      { at: 50, name: statisticTitle('median') },
      { at: 90, name: t('explore.percentile', { n: 90 }) },
    ],
  });
}

export const curveTitle = (panel: Panel, curve: Curve): string =>
  serieTitle(panel, curve.serie) || metricTitle(Object.values(panel.metas)[0] ?? none);

const none = { metric: '', title: '' };

/** A compared curve has the colour of the one it is compared with. */
function colorOf(all: Curve[], curve: Curve): number {
  const key = ({ serie }: Curve) => JSON.stringify([serie.cell, serie.dimensions]);
  return [...new Set(all.map(key))].indexOf(key(curve));
}

/** Stages below each other. */
export function drawFunnel(answer: Answer): Draw {
  const all = stages(answer);
  return funnel({
    stages: all.map((stage) => ({
      name: stageTitle(stage, answer),
      count: stage.count,
      note: stageNote(stage),
      short:
        stage.share === undefined || stage === all[0]
          ? undefined
          : number(stage.share, { style: 'percent', maximumFractionDigits: 0 }),
    })),
    format: (count) => number(count),
  });
}

/** A stage in words: its own where we have them, else what of the metric is counted. */
export function stageTitle(stage: Stage, answer: Answer): string {
  const title = cellTitle(stage.meta, Object.values(answer.metrics));
  const own = i18n.maybe(`explore.stage.${stage.meta.metric}:${stage.meta.variant}`, '');
  if (own) return own;
  return stage.what === 'value' ? title : t(`explore.stage.${stage.what}`, { metric: title });
}

export function stageNote({ share, step }: Stage): string {
  const percent = (part: number) => number(part, { style: 'percent', maximumFractionDigits: 1 });
  return [
    share === undefined ? '' : t('explore.stage.share', { share: percent(share) }),
    step === undefined ? '' : t('explore.stage.step', { share: percent(step) }),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Which cell was pressed in a panel. */
export function pressedCell(panel: Panel, look: Look, pressed: Pressed) {
  const [kind, digits] = (pressed.id ?? '').split('-');
  if (kind === 'quantile') {
    const curve = curves(panel)[Number(digits)];
    return curve && drill(panel, curve.serie, { key: '', dimensions: {}, partial: false });
  }
  const shown = panel.series.filter(({ compared }) => !look.stack || !compared);
  const width = panel.points.length;
  const heated = kind === 'heat';
  const serie = heated ? panel.series[Math.floor(pressed.at / width)] : shown[Number(digits)];
  const point = panel.points[heated ? pressed.at % width : pressed.at];
  return serie && point ? drill(panel, serie, point) : undefined;
}
