import { describe, expect, it } from 'vitest';
import { quarantineHref, readFilter } from './filter';
import { questionOf, readAsk, writeAsk } from './restate';
import { volumesOf } from './volumes';
import type { Answer } from '$lib/api/types';

describe('what changed since', () => {
  const ask = { metric: 'csat', asOf: '2026-03-02T09:00', range: 'last month', every: 'week' };

  it('is kept in the address', () => {
    expect(readAsk(new URL(writeAsk(ask), 'http://desk').searchParams)).toEqual(ask);
    expect(readAsk(new URLSearchParams())).toBeUndefined();
  });

  it('is a question with an instant', () => {
    expect(questionOf(ask)).toEqual({
      metrics: ['csat'],
      range: 'last month',
      every: 'week',
      as_of: '2026-03-02T09:00:00Z',
    });
  });
});

it('a filter of the quarantine is kept in the address', () => {
  const filter = { reason: 'bad_time', import: 7 };
  expect(readFilter(new URL(quarantineHref(filter), 'http://desk').searchParams)).toEqual(filter);
  expect(readFilter(new URLSearchParams('import=x'))).toEqual({});
});

it('volumes are one series for each source, with gaps where it has none', () => {
  const row = (time: string, source: string, value: number) => ({
    time,
    source,
    cells: { volume: { n: value, value } },
  });
  const rows = [row('2026-01-01', 'a', 3), row('2026-02-01', 'a', 5), row('2026-02-01', 'b', 1)];
  expect(volumesOf({ rows } as unknown as Answer)).toEqual({
    times: ['2026-01-01', '2026-02-01'],
    partial: [false, false],
    series: [
      { source: 'a', values: [3, 5] },
      { source: 'b', values: [null, 1] },
    ],
    total: 9,
    peak: { time: '2026-02-01', n: 6 },
  });
});
