/** How jobs stand, in words that a person acts on. */
import type { Job, JobRun } from '$lib/api/types';

/** What the page of jobs is read again by. */
export const JOBS = 'app:jobs';

/** Milliseconds between two looks at the jobs while they show. */
export const LOOK_EVERY = 3_000;

/** The kinds that have words. */
export const KINDS = ['seal', 'deliveries', 'compact', 'retention'] as const;
export type KnownKind = (typeof KINDS)[number];

export const known = (kind: string): kind is KnownKind =>
  (KINDS as readonly string[]).includes(kind);

/** How a job shows: as it stands, unless it is paused, asked for, or was never done. */
export type Look = 'running' | 'asked' | 'paused' | 'failed' | 'waiting' | 'idle' | 'never';

export function look(job: Job): Look {
  if (job.state === 'running') return 'running';
  if (job.asked_at) return 'asked';
  if (job.paused) return 'paused';
  if (job.state !== 'idle') return job.state as Look;
  return job.every_seconds ? 'idle' : 'never';
}

export const TONES = {
  running: 'accent',
  asked: 'accent',
  paused: 'warn',
  failed: 'bad',
  waiting: 'warn',
  idle: 'good',
  never: 'plain',
} as const;

/** Seconds that a run took; null while it runs. */
export function took(run: JobRun): number | null {
  if (!run.ended_at) return null;
  return (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
}

/** Milliseconds from now to the next run, where that is noted and to come. */
export function next(job: Job, now: number): number | null {
  if (job.paused || !job.next_at) return null;
  const left = Date.parse(job.next_at) - now;
  return left > 0 ? left : null;
}
