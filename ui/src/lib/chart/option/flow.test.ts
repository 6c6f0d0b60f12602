import { describe, expect, it } from 'vitest';
import type { ChartTheme } from '../theme';
import { flow } from './flow';
import { stock, STOCK_MARGIN } from './stock';

const theme = {
  ink: 'ink',
  accent: 'accent',
  line: 'line',
  series: ['s0', 's1', 's2'],
} as ChartTheme;

describe('a chart of two flows', () => {
  const option = flow({
    times: ['a', 'b', 'c'],
    inflow: { name: 'In', values: [5, 3, null] },
    outflow: { name: 'Out', values: [2, 4, 1] },
    net: 'Net',
    format: String,
    signed: String,
    partial: [false, false, true],
  })(theme) as { series: { id: string; data: unknown[] }[] };

  it('draws what went out below the ground', () => {
    expect(option.series[1]?.data[0]).toMatchObject({ value: -2 });
    expect(option.series[0]?.data[0]).toMatchObject({ value: 5 });
  });

  it('has a difference only where both sides are known', () => {
    expect(option.series[2]?.data).toEqual([3, -1, null]);
  });

  it('draws buckets that are not over fainter', () => {
    expect(option.series[1]?.data[2]).toMatchObject({ itemStyle: { opacity: 0.45 } });
  });
});

describe('a chart of a stock', () => {
  it('piles its parts on an axis of instants with known margins', () => {
    const option = stock({
      at: [10, 20],
      series: [
        { name: 'New', values: [1, 2], color: 0 },
        { name: 'Open', values: [3, null], color: 2 },
      ],
      from: 10,
      to: 20,
      ticks: [{ at: 10, name: 'ten' }],
      title: String,
      total: 'All',
      format: String,
    })(theme) as {
      grid: { left: number };
      series: { stack: string; data: unknown[] }[];
      xAxis: { axisLabel: { formatter: (at: number) => string } };
    };
    expect(option.grid.left).toBe(STOCK_MARGIN.left);
    expect(option.series.map(({ stack }) => stack)).toEqual(['all', 'all']);
    expect(option.series[1]?.data).toEqual([
      [10, 3],
      [20, null],
    ]);
    expect(option.xAxis.axisLabel.formatter(10)).toBe('ten');
    expect(option.xAxis.axisLabel.formatter(11)).toBe('');
  });
});
