import { describe, expect, it } from 'vitest';
import type { Answer } from '$lib/api/types';
import { hours } from './hours';

const answer = (parts: [string, string, number][]) =>
  ({
    rows: parts.map(([day_of_week, hour_of_day, n]) => ({
      day_of_week,
      hour_of_day,
      cells: { volume: { value: n, n } },
    })),
  }) as unknown as Answer;

describe('the hours of the week', () => {
  const found = hours(
    answer([
      ['monday', '9', 7],
      ['sunday', '23', 3],
      ['(none)', '1', 9],
    ]),
    'sunday',
  );

  it('begin with the first day of the week', () => {
    expect(found.days[0]).toBe('sunday');
    expect(found.counts[0]?.[23]).toBe(3);
    expect(found.counts[1]?.[9]).toBe(7);
    expect(found.counts).toHaveLength(7);
  });

  it('say when most comes in, and what comes at the weekend', () => {
    expect(found.top).toEqual({ day: 'monday', hour: 9, n: 7 });
    expect([found.total, found.weekend]).toEqual([10, 3]);
    expect(hours(answer([]), undefined).top).toBeUndefined();
  });
});
