import { expect, test } from 'vitest';
import type { Hook } from '$lib/api/types';
import { hookState } from './hooks';

test('a webhook is late only when a delivery waits for long', () => {
  const hook = { configured: true, waiting: 0, lag_seconds: 0 } as Hook;
  expect(hookState(hook)).toBe('ready');
  expect(hookState({ ...hook, waiting: 3, lag_seconds: 2 })).toBe('waiting');
  expect(hookState({ ...hook, waiting: 3, lag_seconds: 61 })).toBe('late');
  expect(hookState({ ...hook, configured: false })).toBe('gone');
});
