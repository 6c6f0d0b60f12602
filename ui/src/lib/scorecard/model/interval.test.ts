import { describe, expect, it } from 'vitest';
import { few, interval, medianInterval } from './interval';

const statistics = { median: 100, p25: 50, p40: 80, p60: 120, p75: 200 };

describe('the interval of a value', () => {
  it('is the server’s where it gives one', () => {
    expect(interval({ n: 30, value: 0.5, low: 0.3, high: 0.7 })).toEqual({ low: 0.3, high: 0.7 });
  });

  it('of a median comes from the percentiles around it', () => {
    // 0.98 / √98 is close to 0.099: just within the 40th and the 60th percentile.
    const found = medianInterval(statistics, 98);
    expect(found?.low).toBeCloseTo(80.2, 1);
    expect(found?.high).toBeCloseTo(119.8, 1);
  });

  it('is wider the fewer the cases', () => {
    const width = (n: number) => {
      const found = medianInterval(statistics, n);
      return found ? found.high - found.low : NaN;
    };
    expect(width(25)).toBeGreaterThan(width(400));
  });

  it('is not guessed beyond what is known', () => {
    expect(medianInterval(statistics, 5)).toBeUndefined();
    expect(medianInterval(undefined, 500)).toBeUndefined();
    expect(interval({ n: 0, value: null })).toBeUndefined();
  });

  it('is not asked of few cases', () => {
    expect(few({ n: 19, value: 1 })).toBe(true);
    expect(few({ n: 20, value: 1 })).toBe(false);
    expect(few({ n: 0, value: null })).toBe(false);
  });
});
