import type { Answer, Policies, Row, TicketPage, TicketRow } from '$lib/api/types';
import { describe, expect, it } from 'vitest';
import { promised, seconds } from './promise';
import { clocksOf, cut, fitting, merged, soon } from './risk';
import { byHour, byPolicy, missedBy, worstHour } from './rows';
import { targetOf, variantOf } from './target';

const answer = (rows: unknown[]) => ({ rows: rows as Row[] }) as Answer;
const kept = (numerator: number, denominator: number) => ({
  sla_attainment: { value: numerator / denominator, n: denominator, numerator, denominator },
});

describe('what was promised', () => {
  const policies = {
    sla: [
      {
        name: 'standard',
        versions: [
          { to: '2026-02-01', targets: { first_reply: '8h' } },
          {
            targets: {
              first_reply: { default: '4h', high: '2h', urgent: '30m' },
              next_reply: '6h',
            },
          },
        ],
      },
    ],
  } as unknown as Policies;

  it('is read in seconds', () => {
    expect(seconds('30m')).toBe(1800);
    expect(seconds('1h30m')).toBe(5400);
    expect(seconds('soon')).toBeUndefined();
  });

  it('is that of the newest version, the most urgent first', () => {
    expect(promised(policies, 'standard', 'first_reply')).toEqual([
      { priority: 'urgent', seconds: 1800 },
      { priority: 'high', seconds: 7200 },
      { priority: undefined, seconds: 14_400 },
    ]);
    expect(promised(policies, 'standard', 'next_reply')).toHaveLength(1);
    expect(promised(policies, 'standard', 'net_resolution')).toEqual([]);
    expect(promised(undefined, 'standard', 'next_reply')).toEqual([]);
  });
});

describe('targets', () => {
  const targets = { sla_attainment: { value: 0.9 }, 'sla_attainment:first_reply': { value: 0.8 } };

  it('are those of the variant, else of the metric', () => {
    expect(targetOf(targets, 'sla_attainment', variantOf('first_reply'))).toBe(0.8);
    expect(targetOf(targets, 'sla_attainment', variantOf('net_resolution'))).toBe(0.9);
    expect(targetOf(targets, 'sla_attainment', variantOf('requester_wait'))).toBe(0.9);
    expect(targetOf({}, 'sla_attainment')).toBeUndefined();
  });
});

describe('promises kept and missed', () => {
  it('stand by policy and clock, the worst first', () => {
    const rows = byPolicy(
      answer([
        { policy: 'a', clock: 'first_reply', cells: kept(9, 10) },
        { policy: 'b', clock: 'first_reply', cells: kept(5, 10) },
        { policy: 'old', clock: 'first_reply', cells: { sla_attainment: { n: 0, value: null } } },
      ]),
      answer([
        {
          policy: 'b',
          clock: 'first_reply',
          cells: { sla_overrun: { n: 5, value: 60, statistics: { median: 60, max: 900 } } },
        },
      ]),
    );
    expect(rows.map(({ policy }) => policy)).toEqual(['b', 'a']);
    expect(rows[0]).toMatchObject({ met: 5, missed: 5, overrun: 60, worst: 900 });
    expect(rows[1]).toMatchObject({ overrun: null, worst: null });
  });

  it('stand by any dimension, the most missed first', () => {
    const rows = missedBy(
      answer([
        { group: 'A', cells: kept(90, 100) },
        { group: 'B', cells: kept(1, 30) },
        { cells: { sla_attainment: { n: 0, value: null } } },
      ]),
      'group',
    );
    expect(rows).toEqual([
      { key: 'B', missed: 29, of: 30, share: 1 / 30 },
      { key: 'A', missed: 10, of: 100, share: 0.9 },
    ]);
  });

  it('stand by hour of the week', () => {
    const grid = byHour(
      answer([
        { day_of_week: 'monday', hour_of_day: '9', cells: kept(3, 4) },
        { day_of_week: 'sunday', hour_of_day: '23', cells: kept(0, 7) },
      ]),
    );
    expect(grid[0]?.[9]).toEqual({ missed: 1, of: 4 });
    expect(grid[2]?.[9]).toEqual({ missed: null, of: 0 });
    expect(worstHour(grid)).toEqual({ day: 6, hour: 23, missed: 7 });
    expect(worstHour([])).toBeUndefined();
  });
});

describe('promises that still run', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const page = (times: string[], next?: number): TicketPage => ({
    n: times.length,
    tickets: times.length,
    next,
    rows: times.map((time, number) => ({ number, time }) as TicketRow),
  });

  it('are told by clock and listed as one, the soonest first', () => {
    const counts = answer([
      { clock: 'first_reply', cells: { left: { n: 2 } } },
      { clock: 'next_reply', cells: { left: { n: 0 } } },
    ]);
    expect(clocksOf(counts, 'left')).toEqual([{ clock: 'first_reply', n: 2 }]);
    const running = merged([
      { clock: 'first_reply', page: page(['2026-11-22T15:00:00Z', '2026-11-22T11:00:00Z']) },
      { clock: 'next_reply', page: page(['2026-11-22T12:30:00Z']) },
    ]);
    expect(running.map(({ clock }) => clock)).toEqual(['first_reply', 'next_reply', 'first_reply']);
    expect(soon(running, 1, now).map(({ clock }) => clock)).toEqual(['next_reply']);
    expect(soon(running, 4, now)).toHaveLength(2);
    expect(fitting(running, now)).toBe(1);
    expect(fitting(running, now + 4 * 3_600_000)).toBe(24);
    expect(fitting(running, now - 5 * 3_600_000)).toBe(4);
  });

  it('may be more than were read', () => {
    const pages = [{ clock: 'first_reply', page: page(['2026-11-22T13:00:00Z'], 100) }];
    expect(cut(pages, 1, now)).toBe(true);
    expect(cut(pages, 0.5, now)).toBe(false);
    expect(cut([{ clock: 'x', page: page(['2026-11-22T13:00:00Z']) }], 8, now)).toBe(false);
  });
});
