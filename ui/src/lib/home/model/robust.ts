/** Statistics that a few wild values cannot move. */

/** The middle value; of an even number the mean of the two. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** Makes the median absolute deviation comparable with a standard deviation. */
const NORMAL = 1.4826;

/** The median distance from zero, scaled like a standard deviation. */
export function spread(residuals: readonly number[]): number {
  return NORMAL * (median(residuals.map(Math.abs)) ?? 0);
}

/** How many neighbours say what is usual. */
export const NEIGHBOURS = 12;

/** For each point the median of the nearest other points that are known: what was to be expected. */
export function usual(values: readonly (number | undefined)[]): (number | undefined)[] {
  return values.map((_, at) => {
    const near: number[] = [];
    for (let step = 1; step < values.length && near.length < NEIGHBOURS; step++) {
      for (const side of [values[at - step], values[at + step]]) {
        if (side !== undefined && near.length < NEIGHBOURS) near.push(side);
      }
    }
    return near.length >= NEIGHBOURS / 2 ? median(near) : undefined;
  });
}

/** The spread between one point and the next, as a standard deviation of a single point. */
export function noise(values: readonly (number | undefined)[]): number {
  const steps = values.flatMap((value, at) => {
    const before = values[at - 1];
    return value === undefined || before === undefined ? [] : [value - before];
  });
  return spread(steps) / Math.SQRT2;
}
