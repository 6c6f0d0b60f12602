import { describe, expect, it } from 'vitest';
import type { Cell } from '$lib/api/types';
import type { Core } from './core';
import { answer, meta, share, weekly } from './sample';
import { episodes, findings, loudness } from './standout';

const core: Core[] = [{ metric: 'sla', team: 'group', least: 30, loud: 3.5 }];
const sla = meta({ metric: 'sla', unit: 'share', kind: 'share', good: 'high' });
const usual = (at: number): Cell => share(at % 3 ? 810 : 830, 1000);

function year(odd: Record<number, Cell>, partial = false) {
  const cells = Array.from({ length: 52 }, (_, at) => odd[at] ?? usual(at));
  return answer([sla], weekly('sla', cells, partial));
}

describe('weeks that stand out', () => {
  it('are found by their distance from their neighbours', () => {
    const [one, ...rest] = episodes(core, year({ 20: share(500, 1000) }));
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ first: '2025-10-20', last: '2025-10-20', weeks: 1 });
    expect(one?.findings[0]).toMatchObject({ value: 0.5, n: 1000, week: '2025-10-20' });
    expect(one?.findings[0]?.usual).toBeCloseTo(0.81, 2);
  });

  it('are none where all is calm, or where it got better', () => {
    expect(episodes(core, year({}))).toEqual([]);
    expect(episodes(core, year({ 20: share(990, 1000) }))).toEqual([]);
    expect(episodes(core, undefined)).toEqual([]);
  });

  it('are not made of few tickets, nor of the week that is not over', () => {
    expect(episodes(core, year({ 20: share(5, 20) }))).toEqual([]);
    expect(episodes(core, year({ 51: share(300, 1000) }, true))).toEqual([]);
    expect(episodes(core, year({ 51: share(300, 1000) })).length).toBe(1);
  });

  it('are not made of what chance explains for so few', () => {
    // 26 of 40 against 82 %: 2.8 standard errors.
    expect(findings(core, year({ 20: share(26, 40) }))).toEqual([]);
  });

  it('next to each other are one story, told by its worst week', () => {
    const [one, two] = episodes(
      core,
      year({ 20: share(600, 1000), 21: share(400, 1000), 40: share(610, 1000) }),
    );
    expect(one).toMatchObject({ first: '2025-10-20', last: '2025-10-27', weeks: 2 });
    expect(one?.findings.length).toBe(1);
    expect(one?.findings[0]?.value).toBe(0.4);
    expect(two).toMatchObject({ first: '2026-03-09', weeks: 1 });
  });

  it('of several metrics weigh more than of one', () => {
    const several: Core[] = [...core, { ...core[0], metric: 'wait' } as Core];
    const wait = meta({ metric: 'wait' });
    const rows = Array.from({ length: 52 }, (_, at) => ({
      time: weekly(
        '',
        Array.from({ length: 52 }, () => ({ n: 0 })),
      )[at]?.time,
      cells: {
        sla: at === 10 || at === 30 ? share(650, 1000) : usual(at),
        wait: { value: at === 30 ? 9000 : 1000 + (at % 2), n: 500 },
      },
    }));
    const found = episodes(several, answer([sla, wait], rows));
    expect(found.map(({ findings }) => findings.length)).toEqual([2, 1]);
    const loud = loudness(findings(several, answer([sla, wait], rows)), answer([sla, wait], rows));
    expect(loud[30]?.score).toBeGreaterThan(loud[10]?.score ?? 0);
    expect(loud[11]?.score).toBe(0);
  });
});
