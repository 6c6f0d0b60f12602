import { describe, expect, it } from 'vitest';
import type { Asked } from '$lib/api/client';
import { ApiError } from '$lib/api/problem';
import { remember, remembered } from './remember';

const good = Promise.resolve([] as Asked[]);

describe('answers about the past', () => {
  it('are kept by their questions for a minute', () => {
    remember(['a'], good, 0);
    expect(remembered(['a'], 59_999)).toBe(good);
    expect(remembered(['a'], 60_000)).toBeUndefined();
    expect(remembered(['b'], 0)).toBeUndefined();
  });

  it('are not kept where one failed', async () => {
    await remember(['c'], Promise.resolve([{ error: new ApiError(500, {}) }]), 0);
    await Promise.resolve();
    expect(remembered(['c'], 0)).toBeUndefined();
    await expect(remember(['d'], Promise.reject(new Error('offline')), 0)).rejects.toThrow();
    await Promise.resolve();
    expect(remembered(['d'], 0)).toBeUndefined();
  });

  it('are not kept without end', () => {
    for (let at = 0; at < 50; at++) remember(['e', at], good, 0);
    expect(remembered(['e', 0], 0)).toBeUndefined();
    expect(remembered(['e', 49], 0)).toBe(good);
  });
});
