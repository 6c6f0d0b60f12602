import { describe, expect, it } from 'vitest';
import { closest } from '../nearest';
import type { ChartTheme } from '../theme';
import { funnel } from './funnel';
import { heat } from './heat';
import { quantiles } from './quantile';
import { scale } from './scale';

const theme: ChartTheme = {
  ink: '#000',
  muted: '#555',
  line: '#ddd',
  surface: '#fff',
  sunken: '#eee',
  accent: '#33f',
  good: '#00f',
  bad: '#f80',
  font: 'Inter',
  series: ['#1', '#2'],
};
const format = String;
interface Drawn {
  series: { id: string; data: { value: unknown }[]; markPoint?: { data: unknown[] } }[];
  visualMap: { min: number; max: number };
}

describe('the charts of Explore', () => {
  it('keep a cell for every place of a heat map, empty where there is no value', () => {
    const data = {
      across: ['a', 'b'],
      down: ['x', 'y'],
      values: [[1], [3, null]],
      format,
      name: 'n',
    };
    const { series, visualMap } = heat(data)(theme) as unknown as Drawn;
    expect(series[0]?.data.map(({ value }) => value)).toEqual([
      [0, 0, 1],
      [1, 0, '-'],
      [0, 1, 3],
      [1, 1, '-'],
    ]);
    expect([visualMap.min, visualMap.max]).toEqual([1, 3]);
  });

  it('mark percentiles on their own curves, not on those compared with', () => {
    const points = [
      { at: 50, value: 1 },
      { at: 90, value: 2 },
    ];
    const drawn = quantiles({
      series: [
        { name: 'a', points },
        { name: 'b', points, compared: true },
      ],
      format,
      percent: format,
      marks: [{ at: 90, name: 'p90' }],
    })(theme) as unknown as Drawn;
    expect(drawn.series.map(({ markPoint }) => markPoint?.data.length)).toEqual([1, 0]);
  });

  it('centre the stages of a funnel', () => {
    const stages = [10, 4].map((count) => ({ name: '', count, note: '' }));
    const drawn = funnel({ stages, format })(theme) as unknown as Drawn;
    expect(drawn.series[0]?.data).toEqual([0, 3]);
  });

  it('have ticks of durations that people would choose', () => {
    expect(scale(7_300, 'seconds')).toEqual({ min: 0, max: 9_000, interval: 1_800 });
    expect(scale(30 * 86_400, 'seconds')?.interval).toBe(7 * 86_400);
    expect(scale(5, 'count')).toBeUndefined();
  });

  it('mean the line nearest to a press, and its top where lines are piled', () => {
    const line = (id: string, value: number, stack?: string) => ({
      type: 'line',
      id,
      stack,
      data: [{ value }],
    });
    expect(closest([line('a', 1), line('b', 9)], 0, 8)?.id).toBe('b');
    expect(closest([{ ...line('c', 8), silent: true }, line('a', 1)], 0, 8)?.id).toBe('a');
    expect(closest([line('a', 4, 's'), line('b', 4, 's')], 0, 7)?.id).toBe('b');
  });
});
