/** How a webhook stands. */
import type { Hook } from '$lib/api/types';

/** Seconds after which a delivery should have been mapped. */
const LATE = 60;

export type HookState = 'ready' | 'waiting' | 'late' | 'gone';

/** Whether deliveries are mapped as they come, wait, wait too long, or have nobody to map them. */
export function hookState(hook: Hook): HookState {
  if (!hook.configured) return 'gone';
  if (hook.waiting === 0) return 'ready';
  return hook.lag_seconds > LATE ? 'late' : 'waiting';
}
