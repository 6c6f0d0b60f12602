/** A heat map: two sides, and a value where they meet. */
import type { EChartsOption } from 'echarts';
import type { ChartTheme } from '../theme';
import { axis, base, lines, tooltip } from './base';
import type { Maybe } from './line';

export interface HeatData {
  across: string[];
  down: string[];
  /** By `down`, then by `across`. */
  values: Maybe[][];
  /** What else a tooltip says of a cell, such as how many cases it stands on. */
  notes?: (string | undefined)[][];
  format: (value: number) => string;
  /** What the values are. */
  name: string;
}

/** A heat map; a cell without a value stays empty. Every cell's position is its place in reading order. */
export function heat(data: HeatData): (theme: ChartTheme) => EChartsOption {
  const width = data.across.length;
  const cells = data.down.flatMap((_, y) => data.across.map((_, x) => [x, y] as const));
  const valueAt = (at: number): Maybe => data.values[Math.floor(at / width)]?.[at % width];
  const known = cells.map((_, at) => valueAt(at)).filter((value) => typeof value === 'number');
  return (theme) => ({
    ...base(theme),
    grid: { left: 8, right: 16, top: 8, bottom: 52, outerBoundsMode: 'same' },
    tooltip: {
      ...tooltip(theme),
      formatter: (point: unknown) => {
        const { dataIndex } = point as { dataIndex: number };
        const [x, y] = cells[dataIndex] ?? [0, 0];
        const value = valueAt(dataIndex);
        const note = data.notes?.[y]?.[x];
        return lines(`${data.down[y] ?? ''} · ${data.across[x] ?? ''}`, [
          { name: data.name, text: typeof value === 'number' ? data.format(value) : '–' },
          ...(note ? [{ name: '', text: note }] : []),
        ]);
      },
    },
    xAxis: {
      type: 'category',
      data: data.across,
      ...axis(theme),
      axisLine: { show: false },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'category',
      data: data.down,
      inverse: true,
      ...axis(theme),
      axisLine: { show: false },
      axisLabel: { ...axis(theme).axisLabel, width: 140, overflow: 'truncate' },
      splitLine: { show: false },
    },
    visualMap: {
      type: 'continuous',
      min: known.length ? Math.min(...known) : 0,
      max: known.length ? Math.max(...known) : 1,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemWidth: 10,
      itemHeight: 140,
      text: known.length ? [data.format(Math.max(...known)), data.format(Math.min(...known))] : [],
      textGap: 10,
      textStyle: { color: theme.muted, fontSize: 12 },
      inRange: { color: [theme.sunken, theme.accent] },
      calculable: false,
    },
    series: [
      {
        type: 'heatmap',
        id: 'heat',
        name: data.name,
        data: cells.map(([x, y], at) => ({
          value: [x, y, valueAt(at) ?? '-'] as (number | string)[],
        })),
        cursor: 'pointer',
        itemStyle: { borderColor: theme.surface, borderWidth: 2, borderRadius: 4 },
        emphasis: { itemStyle: { borderColor: theme.ink, borderWidth: 2 } },
      },
    ],
  });
}
