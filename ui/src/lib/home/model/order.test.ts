import { describe, expect, it } from 'vitest';
import { ordered, type Places } from './order';
import { meta } from './sample';
import type { Standing, Tile } from './tile';

const tile = (metric: string, standing: Standing, distance = 0): Tile => ({
  core: { metric, team: 'group', least: 1, loud: 3 },
  meta: meta({ metric }),
  cell: undefined,
  then: undefined,
  target: undefined,
  standing,
  distance,
  change: 0,
  weeks: [],
});
const names = (tiles: Tile[], places: Places = new Map()) =>
  ordered(tiles, places).tiles.map(({ core }) => core.metric);

describe('the order of the tiles', () => {
  it('puts what is off first by how far, then what is worse, then the rest as it was', () => {
    const all = [
      tile('usual', 'usual'),
      tile('none', 'none'),
      tile('better', 'better', 9),
      tile('worse', 'worse', 4),
      tile('near', 'off', 0.1),
      tile('far', 'off', 0.4),
    ];
    expect(names(all)).toEqual(['far', 'near', 'worse', 'usual', 'better', 'none']);
  });

  it('stays where it is for small changes, and moves for large ones', () => {
    const first = ordered([tile('a', 'off', 0.2), tile('b', 'off', 0.19)], new Map());
    const close = [tile('a', 'off', 0.19), tile('b', 'off', 0.2)];
    const second = ordered(close, first.places);
    expect(second.tiles.map(({ core }) => core.metric)).toEqual(['a', 'b']);
    expect(names([tile('a', 'off', 0.19), tile('b', 'off', 0.5)], second.places)).toEqual([
      'b',
      'a',
    ]);
  });

  it('does not creep: what stays is compared with what it was placed by', () => {
    let places: Places = new Map();
    for (const b of [0.1, 0.11, 0.12, 0.13, 0.14]) {
      const next = ordered([tile('a', 'off', 0.105), tile('b', 'off', b)], places);
      places = next.places;
    }
    expect(places.get('b')?.distance).toBeGreaterThan(0.11);
  });

  it('moves a tile whose standing changed at once', () => {
    const { places } = ordered([tile('a', 'off', 0.2), tile('b', 'usual')], new Map());
    expect(names([tile('a', 'usual'), tile('b', 'off', 0.2)], places)).toEqual(['b', 'a']);
  });
});
