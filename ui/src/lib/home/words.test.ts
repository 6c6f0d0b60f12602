import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Freshness } from '$lib/api/types';
import { meta, share } from './model/sample';
import type { Tile } from './model/tile';
import { foundExactly, found, freshness, moved, stale, state, weeksOf } from './words';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

const NOW = Date.parse('2026-11-22T12:00:00Z');
const sla = meta({ metric: 'sla', title: 'SLA attainment: x', unit: 'share', good: 'high' });
const tile = (part: Partial<Tile>): Tile => ({
  core: { metric: 'sla', team: 'group', least: 1, loud: 3 },
  meta: sla,
  cell: share(71, 100),
  then: share(80, 100),
  target: undefined,
  standing: 'usual',
  distance: 0,
  change: 0,
  weeks: [],
  ...part,
});

describe('the desk in one sentence', () => {
  it('names the worst miss first', () => {
    const off = tile({ standing: 'off', target: 0.9 });
    expect(state([off, tile({ standing: 'worse' }), tile({})])).toBe(
      'One of 3 numbers is off target: SLA attainment, 71% against 90%',
    );
    expect(state([off, off])).toMatch(/^2 of 2 numbers are off target, the worst: SLA/);
  });

  it('else what got worse, else that all is well, and leaves out what has no value', () => {
    expect(state([tile({ standing: 'worse' }), tile({ standing: 'none' })])).toBe(
      'One of 1 numbers has got worse: SLA attainment, 71% after 80%',
    );
    expect(state([tile({ target: 0.7 })])).toMatch(/^Nothing is off target/);
    expect(state([tile({})])).toMatch(/^Nothing got worse/);
    expect(state([tile({ then: undefined })])).toMatch(/^Choose a period to compare with/);
    expect(state([tile({ standing: 'none' })])).toMatch(/^There is nothing/);
  });
});

describe('how much something moved', () => {
  it('is in points for shares, in times where it is much, else in per cent', () => {
    expect(moved('SLA', 0.71, 0.8, sla, 'found')).toBe('SLA down 9 points');
    const wait = meta({ metric: 'wait' });
    expect(moved('Wait', 250, 100, wait, 'found')).toBe('Wait 2.5 times the usual');
    expect(moved('Wait', 120, 100, wait, 'found')).toBe('Wait up 20%');
    expect(moved('Wait', 250, 100, wait, 'change')).toBe('Wait rose by 150%');
  });

  it('says which percentile it is of', () => {
    const finding = {
      core: tile({}).core,
      meta: meta({ metric: 'wait', title: 'Wait' }),
      statistic: 'p90',
      week: '2026-06-08',
      value: 7200,
      usual: 3600,
      n: 50,
      strength: 5,
    };
    expect(found(finding)).toBe('Wait (slowest 10 %) 2 times the usual');
    expect(foundExactly(finding)).toBe('2 h, usually 1 h');
  });
});

describe('the weeks of a story', () => {
  const story = { first: '2026-06-08', last: '2026-06-08', weeks: 1, findings: [], score: 5 };

  it('are one by its first day, several by all of theirs', () => {
    expect(weeksOf(story)).toBe('Week of 8 Jun 2026');
    const several = weeksOf({ ...story, last: '2026-06-22', weeks: 3 });
    expect(several).toMatch(/^8\s?.\s?28 Jun 2026, 3 weeks$/);
  });
});

describe('how fresh the sources are', () => {
  const source = (name: string, hours?: number): Freshness => ({
    source: name,
    last_seen_at: hours === undefined ? null : new Date(NOW - hours * 3_600_000).toISOString(),
  });

  it('is told by name, of many as one', () => {
    expect(freshness([source('a', 2), source('b')], NOW)).toBe('a read 2 hours ago, b never read');
    const many = ['a', 'b', 'c', 'd'].map((name, at) => source(name, at + 1));
    expect(freshness(many, NOW)).toBe('4 sources, last read 1 hour ago');
  });

  it('is stale after a day, or never read', () => {
    const all = [source('a', 23), source('b', 24), source('c')];
    expect(stale(all, NOW).map(({ source }) => source)).toEqual(['b', 'c']);
  });
});
