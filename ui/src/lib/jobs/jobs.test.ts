import { describe, expect, it } from 'vitest';
import type { Job, JobRun } from '$lib/api/types';
import { look, next, took } from './jobs';

const job = (more: Partial<Job>): Job =>
  ({ kind: 'seal', state: 'idle', paused: false, failures: 0, every_seconds: 5, ...more }) as Job;

describe('how a job shows', () => {
  it('runs, whatever else it is', () => {
    const running = job({ state: 'running', paused: true, asked_at: '2026-03-02T09:00:00Z' });
    expect(look(running)).toBe('running');
  });

  it('is asked for even while it is paused', () => {
    expect(look(job({ paused: true, asked_at: '2026-03-02T09:00:00Z' }))).toBe('asked');
    expect(look(job({ paused: true, state: 'failed' }))).toBe('paused');
  });

  it('shows failures, and what nobody ever did', () => {
    expect(look(job({ state: 'failed' }))).toBe('failed');
    expect(look(job({ state: 'waiting' }))).toBe('waiting');
    expect(look(job({}))).toBe('idle');
    expect(look(job({ every_seconds: undefined }))).toBe('never');
  });
});

describe('times of a job', () => {
  it('tells how long a run took once it has ended', () => {
    const run = { started_at: '2026-03-02T09:00:00Z' } as JobRun;
    expect(took(run)).toBeNull();
    expect(took({ ...run, ended_at: '2026-03-02T09:00:01.5Z' })).toBe(1.5);
  });

  it('tells when the next run is due, unless that is past or it is paused', () => {
    const now = Date.parse('2026-03-02T09:00:00Z');
    const due = job({ next_at: '2026-03-02T09:00:02Z' });
    expect(next(due, now)).toBe(2000);
    expect(next({ ...due, paused: true }, now)).toBeNull();
    expect(next(due, now + 3000)).toBeNull();
    expect(next(job({}), now)).toBeNull();
  });
});
