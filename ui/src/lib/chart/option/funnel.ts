/** A funnel: stages below each other, each as wide as it counts. */
import type { EChartsOption } from 'echarts';
import type { ChartTheme } from '../theme';
import { axis, base, lines, tooltip } from './base';

export interface FunnelData {
  /** `short` stands on the bar, `note` in its tooltip. */
  stages: { name: string; count: number; note: string; short?: string }[];
  format: (value: number) => string;
}

/** A funnel as centred bars, so that a stage may also be larger than the one before it. */
export function funnel(data: FunnelData): (theme: ChartTheme) => EChartsOption {
  const most = Math.max(1, ...data.stages.map(({ count }) => count));
  return (theme) => ({
    ...base(theme),
    grid: { left: 8, right: 24, top: 4, bottom: 4, outerBoundsMode: 'same' },
    tooltip: {
      ...tooltip(theme),
      formatter: (point: unknown) => {
        const stage = data.stages[(point as { dataIndex: number }).dataIndex];
        return lines(stage?.name ?? '', [
          { name: '', text: data.format(stage?.count ?? 0) },
          { name: '', text: stage?.note ?? '' },
        ]);
      },
    },
    xAxis: { type: 'value', show: false, min: 0, max: most },
    yAxis: {
      type: 'category',
      inverse: true,
      data: data.stages.map(({ name }) => name),
      ...axis(theme),
      axisLine: { show: false },
      axisLabel: {
        ...axis(theme).axisLabel,
        color: theme.ink,
        fontSize: 13,
        lineHeight: 17,
        width: 150,
        overflow: 'break',
      },
      splitLine: { show: false },
    },
    series: [
      {
        type: 'bar',
        id: 'foot',
        stack: 'all',
        silent: true,
        itemStyle: { color: 'transparent' },
        data: data.stages.map(({ count }) => (most - count) / 2),
        barWidth: '74%',
      },
      {
        type: 'bar',
        id: 'stages',
        stack: 'all',
        cursor: 'pointer',
        barWidth: '74%',
        label: {
          show: true,
          position: 'inside',
          color: theme.ink,
          backgroundColor: theme.surface,
          borderRadius: 6,
          padding: [4, 8],
          fontSize: 12,
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const stage = data.stages[dataIndex];
            return stage
              ? `${data.format(stage.count)}${stage.short ? `  ·  ${stage.short}` : ''}`
              : '';
          },
        },
        data: data.stages.map(({ count }, at) => ({
          value: count,
          // On a narrow bar the words would not fit.
          label: { position: count < most * 0.4 ? ('right' as const) : ('inside' as const) },
          itemStyle: {
            color: theme.accent,
            opacity: 1 - (0.55 * at) / Math.max(1, data.stages.length),
            borderRadius: 6,
          },
        })),
      },
    ],
  });
}
