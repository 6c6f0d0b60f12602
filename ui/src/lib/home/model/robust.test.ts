import { describe, expect, it } from 'vitest';
import { median, noise, spread, usual } from './robust';

describe('the median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeUndefined();
  });

  it('sorts by number, and leaves what it is given alone', () => {
    const values = [10, 9, 100];
    expect(median(values)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
  });
});

describe('the spread', () => {
  it('is not moved by one wild value', () => {
    const calm = [1, -1, 1, -1, 1, -1, 1];
    expect(spread(calm)).toBeCloseTo(1.4826);
    expect(spread([...calm.slice(1), 1e9])).toBeCloseTo(1.4826);
  });

  it('of successive points ignores gaps and a trend in the level', () => {
    expect(noise([1, 1, 1, undefined, 9, 9, 9])).toBe(0);
    expect(noise([0, 2, 0, 2, 0])).toBeCloseTo((1.4826 * 2) / Math.SQRT2);
  });
});

describe('what is usual', () => {
  it('is the median of the neighbours without the point itself', () => {
    const values = [...Array<number>(10).fill(5), 100, ...Array<number>(10).fill(5)];
    expect(usual(values)[10]).toBe(5);
    expect(usual(values)[0]).toBe(5);
  });

  it('skips gaps, and is unknown where there are too few neighbours', () => {
    expect(usual([1, undefined, 1])).toEqual([undefined, undefined, undefined]);
    expect(usual([undefined, 1, 2, 3, 4, 5, 6])[0]).toBe(3.5);
  });
});
