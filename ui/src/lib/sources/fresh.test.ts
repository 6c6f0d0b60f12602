import { describe, expect, it } from 'vitest';
import { freshness } from './fresh';

describe('a source', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');

  it.each([
    ['2026-03-10T09:00:00Z', 'fresh'],
    ['2026-03-08T09:00:00Z', 'stale'],
    ['2014-01-03T09:00:00Z', 'history'],
    [undefined, 'unknown'],
  ])('whose newest event is of %s is %s', (at, state) => {
    expect(freshness(at, now)).toBe(state);
  });
});
