/** What came in against what went out: bars up and down from one ground, and the difference as a line. */
import type { EChartsOption } from 'echarts';
import type { ChartTheme } from '../theme';
import { axis, base, lines, tooltip } from './base';
import type { Maybe } from './line';

export interface FlowData {
  times: string[];
  inflow: { name: string; values: Maybe[] };
  outflow: { name: string; values: Maybe[] };
  /** The name of the difference. */
  net: string;
  format: (value: number) => string;
  /** A difference with its sign. */
  signed: (value: number) => string;
  /** Buckets that are not over yet or cut, drawn fainter. */
  partial?: boolean[];
}

/** The difference where both sides are known. */
export const difference = (inflow: Maybe, outflow: Maybe): number | null =>
  inflow === null || inflow === undefined || outflow === null || outflow === undefined
    ? null
    : inflow - outflow;

/** A chart of two flows. */
export function flow(data: FlowData): (theme: ChartTheme) => EChartsOption {
  const net = data.times.map((_, at) =>
    difference(data.inflow.values[at], data.outflow.values[at]),
  );
  return (theme) => {
    const [into = theme.accent, out = theme.accent] = [theme.series[7], theme.series[0]];
    const bars = (values: Maybe[], sign: 1 | -1) =>
      values.map((value, at) => ({
        value: value === null || value === undefined ? null : sign * value,
        itemStyle: { opacity: data.partial?.[at] ? 0.45 : 1 },
      }));
    return {
      ...base(theme),
      legend: {
        type: 'scroll',
        top: 0,
        left: 0,
        icon: 'roundRect',
        itemWidth: 12,
        itemHeight: 8,
        textStyle: { color: theme.ink, fontSize: 12 },
      },
      grid: { left: 8, right: 16, top: 36, bottom: 4, outerBoundsMode: 'same' },
      tooltip: {
        ...tooltip(theme),
        trigger: 'axis',
        axisPointer: { type: 'shadow' },
        formatter: (points: unknown) => tip(data, net, theme, points),
      },
      xAxis: {
        type: 'category',
        data: data.times,
        ...axis(theme),
        axisLine: { onZero: false, lineStyle: { color: theme.line } },
        splitLine: { show: false },
      },
      yAxis: {
        type: 'value',
        splitNumber: 4,
        ...axis(theme),
        // Both sides count tickets: below the ground they are no less real.
        axisLabel: {
          ...axis(theme).axisLabel,
          formatter: (value: number) => data.format(Math.abs(value)),
        },
      },
      series: [
        {
          type: 'bar',
          id: 'in',
          name: data.inflow.name,
          stack: 'flow',
          data: bars(data.inflow.values, 1),
          barMaxWidth: 26,
          barCategoryGap: '28%',
          cursor: 'pointer',
          itemStyle: { color: into, borderRadius: [3, 3, 0, 0] },
        },
        {
          type: 'bar',
          id: 'out',
          name: data.outflow.name,
          stack: 'flow',
          data: bars(data.outflow.values, -1),
          barMaxWidth: 26,
          cursor: 'pointer',
          itemStyle: { color: out, borderRadius: [0, 0, 3, 3] },
        },
        {
          type: 'line',
          id: 'net',
          name: data.net,
          data: net,
          z: 4,
          symbol: 'circle',
          symbolSize: data.times.length > 60 ? 0 : 5,
          itemStyle: { color: theme.ink, borderColor: theme.surface, borderWidth: 1 },
          lineStyle: { color: theme.ink, width: 2 },
        },
      ],
    };
  };
}

function tip(
  data: FlowData,
  net: (number | null)[],
  theme: ChartTheme,
  points: unknown,
): HTMLElement {
  const [first] = points as { dataIndex: number }[];
  const at = first?.dataIndex ?? 0;
  const rows = [
    { side: data.inflow, color: theme.series[7] },
    { side: data.outflow, color: theme.series[0] },
  ].flatMap(({ side, color }) => {
    const value = side.values[at];
    return value === null || value === undefined
      ? []
      : [{ color, name: side.name, text: data.format(value) }];
  });
  const gap = net[at];
  if (gap !== null && gap !== undefined) {
    rows.push({ color: theme.ink, name: data.net, text: data.signed(gap) });
  }
  return lines(data.times[at] ?? '', rows);
}
