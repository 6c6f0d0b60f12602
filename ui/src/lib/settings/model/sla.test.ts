import { describe, expect, it } from 'vitest';
import type { Policies, SlaVersion } from '$lib/api/types';
import { freeName, prioritiesOf, putTarget, renameCalendar, targetsOf } from './sla';

const version = (): SlaVersion =>
  ({ targets: { first_reply: { urgent: '1h', default: '8h' }, next_reply: '6h' } }) as SlaVersion;

describe('targets', () => {
  it('are the same for all, or by priority', () => {
    expect(targetsOf(version(), 'next_reply')).toEqual({ default: '6h' });
    expect(targetsOf(version(), 'first_reply')).toEqual({ urgent: '1h', default: '8h' });
    expect(prioritiesOf(version(), ['high'])).toEqual(['high', 'urgent']);
  });

  it('are put in their shortest form, and taken away', () => {
    const changed = version();
    putTarget(changed, 'first_reply', 'urgent', '');
    putTarget(changed, 'next_reply', 'high', '1 h 30 min');
    putTarget(changed, 'agent_work', 'default', '2h');
    expect(changed.targets).toEqual({
      first_reply: '8h',
      next_reply: { default: '6h', high: '1h 30m' },
      agent_work: '2h',
    });
    putTarget(changed, 'agent_work', 'default', '');
    expect(changed.targets).not.toHaveProperty('agent_work');
  });
});

it('a calendar is renamed wherever it is named', () => {
  const policies = {
    calendars: [{ name: 'berlin', zone: 'UTC', versions: [] }],
    default_calendar: 'berlin',
    sla: [{ name: 'a', versions: [{ calendar: 'berlin', targets: {} }] }],
  } as unknown as Policies;
  renameCalendar(policies, 'berlin', 'munich');
  expect(JSON.stringify(policies)).not.toContain('berlin');
});

it('a free name is found', () => {
  expect(freeName('new', ['new', 'new 2'])).toBe('new 3');
});
