import type { ClockSegment, ClockTrace, TimelineLine } from '$lib/api/types';
import { describe, expect, it } from 'vitest';
import { extent, layout, outline, pieceAt, ticks } from './bar';
import { addends, addsUp, clocksOf, facing, groupOf, promised, reached, sum } from './clocks';
import { clockChanges, micros, wholeParts } from './time';
import { days, space } from './timeline';
import { lineWords, whole } from './words';

const HOUR = 3_600_000_000;

const segment = (
  from: string,
  to: string,
  state: ClockSegment['state'],
  counted_us = 0,
): ClockSegment => ({ from, to, state, counted_us });

/** Two parts of a business day with a night between them. */
const trace = (value_us: number | null): ClockTrace => ({
  name: 'first_reply',
  clock: 'business',
  meaning: 'First reply time (M01).',
  from: '2026-03-02T16:50:00Z',
  to: '2026-03-03T08:45:00Z',
  value_us,
  segments: [
    segment('2026-03-02T16:50:00Z', '2026-03-02T18:00:00Z', 'running', 70 * 60_000_000),
    segment('2026-03-02T18:00:00Z', '2026-03-03T08:00:00Z', 'closed'),
    segment('2026-03-03T08:00:00Z', '2026-03-03T08:45:00Z', 'running', 45 * 60_000_000),
  ],
});

describe('the parts of a clock', () => {
  it('add up to its number, in whole microseconds', () => {
    expect(sum(trace(null))).toBe(115 * 60_000_000);
    expect(addsUp(trace(115 * 60_000_000))).toBe(true);
    expect(addsUp(trace(115 * 60_000_000 + 1))).toBe(false);
    expect(addsUp(trace(null))).toBeUndefined();
  });

  it('are spelled out without rounding', () => {
    expect(addends(trace(0)).map(({ us }) => whole(us))).toEqual(['1 h 10 min', '45 min']);
    expect(whole(sum(trace(0)))).toBe('1 h 55 min');
    expect(whole(1_500_000)).toBe('1.5 s');
    expect(wholeParts(0)).toEqual([{ n: 0, unit: 's' }]);
  });

  it('that are equal and follow each other are taken together', () => {
    const days = {
      ...trace(0),
      segments: [1, 2, 3].map((day) =>
        segment(`2026-03-0${day}T08:00:00Z`, `2026-03-0${day}T17:00:00Z`, 'running', 9 * HOUR),
      ),
    };
    expect(addends(days)).toEqual([{ us: 9 * HOUR, times: 3 }]);
  });
});

describe('clocks', () => {
  it('are of the ticket, of a turn, or of a promise', () => {
    expect(groupOf({ name: 'turn 0 wait' })).toBe('turns');
    expect(groupOf({ name: 'sla first_reply' })).toBe('sla');
    expect(groupOf({ name: 'agent_work' })).toBe('durations');
    expect(facing([trace(1), { ...trace(1), clock: 'calendar' }], 'calendar')).toHaveLength(1);
  });

  it('of promises say their target, and when it ran out', () => {
    const sla = {
      ...trace(115 * 60_000_000),
      meaning: 'first_reply of policy gold (v2): target 5400 s, breached.',
    };
    expect(promised(sla)).toMatchObject({ policy: 'gold', state: 'breached', version: 'v2' });
    expect(reached(sla, 5_400_000_000)).toBe(micros('2026-03-03T08:20:00Z'));
    expect(reached(sla, 99 * HOUR)).toBeUndefined();
  });

  it('are found by the columns of a metric', () => {
    const definition = {
      table: 'tickets',
      variants: {
        standard: { value: { business: 'first_reply_business_us', calendar: 'first_reply_us' } },
        turns: { table: 'turns', value: { calendar: 'wait_us' } },
      },
    } as unknown as Parameters<typeof clocksOf>[0];
    expect(clocksOf(definition, undefined)).toEqual({
      group: 'durations',
      names: ['first_reply', 'first_reply'],
    });
    expect(clocksOf(definition, 'turns')).toEqual({ group: 'turns' });
  });
});

describe('the bar', () => {
  const { segments } = trace(0);
  const axis = extent([trace(0)]);

  it('fills the axis without a gap', () => {
    const pieces = layout(segments, axis, 955);
    expect(pieces[0]).toMatchObject({ x: 0, width: 70, state: 'running' });
    const last = pieces.at(-1);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(955);
    expect(outline(pieces, 'running', 10)).toBe(
      'M0.00 0h70.00v10h-70.00zM910.00 0h45.00v10h-45.00z',
    );
  });

  it('shows what is too short to see, and finds it', () => {
    const short = [
      segment('2026-03-02T00:00:00Z', '2026-03-02T00:00:01Z', 'running', 1_000_000),
      segment('2026-03-02T00:00:01Z', '2026-03-09T00:00:00Z', 'closed'),
    ];
    const pieces = layout(short, extent([{ ...trace(0), segments: short }]), 700);
    expect(pieces[0]?.width).toBe(1.5);
    expect(pieceAt(pieces, 1)?.at).toBe(0);
    expect(pieceAt(pieces, 300)?.at).toBe(1);
    expect(pieceAt(pieces, 800)).toBeUndefined();
  });

  it('has ticks at local days, also when the clocks change', () => {
    const over = { from: micros('2026-03-28T11:00:00Z'), to: micros('2026-03-31T11:00:00Z') };
    const at = ticks(over, 'Europe/Berlin', 4).map(({ us }) => new Date(us / 1_000).toISOString());
    expect(at).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-03-30T22:00:00.000Z',
    ]);
  });
});

describe('time', () => {
  it('is read to the microsecond', () => {
    expect(micros('1970-01-01T00:00:01.000001Z')).toBe(1_000_001);
    expect(micros('1970-01-01T00:00:01.5Z')).toBe(1_500_000);
  });

  it('knows the nights on which the clocks change', () => {
    const [from, to] = [micros('2026-10-20T00:00:00Z'), micros('2026-10-30T00:00:00Z')];
    expect(clockChanges('Europe/Berlin', from, to)).toEqual([micros('2026-10-25T01:00:00Z')]);
    expect(clockChanges('UTC', from, to)).toEqual([]);
  });
});

describe('the timeline', () => {
  const line = (at: string, seen = at): TimelineLine => ({
    id: at,
    at,
    seen,
    kind: 'message',
    role: 'agent',
    words: 'public message',
  });

  it('is cut at local midnight and knows its gaps', () => {
    const found = days(
      [line('2026-03-02T22:30:00Z'), line('2026-03-02T23:30:00Z', '2026-03-04T00:00:00Z')],
      'Europe/Berlin',
    );
    expect(found.map(({ date }) => date)).toEqual(['2026-03-02', '2026-03-03']);
    expect(found[1]?.entries[0]?.gap).toBe(HOUR);
    expect(found[1]?.entries[0]?.late).toBe(24.5 * HOUR);
    expect(found[0]?.entries[0]?.late).toBeUndefined();
  });

  it('leaves more room for a longer wait, within bounds', () => {
    expect(space(0)).toBe(0);
    expect(space(HOUR)).toBeGreaterThan(space(HOUR / 4));
    expect(space(10_000 * HOUR)).toBe(44);
  });

  it('is put into words', () => {
    expect(lineWords({ kind: 'status', words: 'status on hold' })).toBe('Status: On hold');
    expect(lineWords({ kind: 'status', words: 'status open (In Arbeit)' })).toBe(
      'Status: Open (In Arbeit)',
    );
    expect(lineWords({ kind: 'worked', words: 'worked 527 s' })).toBe('Worked 8 min 47 s');
    expect(lineWords({ kind: 'field', words: 'plan <b>free</b>' })).toBe('Plan: <b>free</b>');
    expect(lineWords({ kind: 'priority', words: 'priority urgent' })).toBe('Priority: Urgent');
    expect(lineWords({ kind: 'sla', words: 'SLA policy cleared' })).toBe('SLA policy removed');
    expect(lineWords({ kind: 'linked', words: 'linked to 12 (follow_up)' })).toBe('Linked to 12');
    expect(lineWords({ kind: 'assigned', words: 'assigned to no agent, group Tier 2' })).toBe(
      'Assigned to no agent, group Tier 2',
    );
  });
});
