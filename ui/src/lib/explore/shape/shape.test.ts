import { describe, expect, it } from 'vitest';
import { answer, duration, meta, row, share } from '../fixture';
import { pressedCell } from './draw';
import { marks } from './marks';
import { drill, extent, panels } from './panel';
import { curves } from './quantiles';
import { stages } from './stages';
import { overGroups, overTime } from './summary';
import { columns, groups, sorted } from './table';
import { warningTitle } from './warning';

const weeks = answer({ every: 'week', by: ['channel'] }, { volume: meta() }, [
  row({ time: '2026-01-05', channel: 'chat' }, { volume: 3 }),
  row({ time: '2026-01-05', channel: 'email' }, { volume: 9 }),
  row({ time: '2026-01-12', channel: 'chat' }, { volume: 6 }),
  row({ time: '2026-01-12', channel: 'email' }, { volume: 2 }),
  row({ time: '2026-01-19', channel: 'chat', partial: true }, { volume: 1 }),
]);
const plain = { multiples: false, compared: true };

describe('panels', () => {
  it('have a line for each group and a gap where there is no row', () => {
    const [panel] = panels(weeks, plain).panels;
    expect(panel?.points.map(({ key, partial }) => [key, partial])).toEqual([
      ['2026-01-05', false],
      ['2026-01-12', false],
      ['2026-01-19', true],
    ]);
    expect(panel?.series.map(({ cells }) => cells.map((cell) => cell?.value))).toEqual([
      [3, 6, 1],
      [9, 2, undefined],
    ]);
  });

  it('are one for each value of the first dimension as small multiples, on one scale', () => {
    const { panels: all } = panels(weeks, { ...plain, multiples: true });
    expect(all.map(({ dimensions }) => dimensions.channel)).toEqual(['chat', 'email']);
    expect(extent(all)).toEqual({ min: 0, max: 9 });
    const [first] = all;
    const [serie] = first?.series ?? [];
    const point = first?.points[1];
    expect(first && serie && point && drill(first, serie, point)).toEqual({
      metric: 'volume',
      time: '2026-01-12',
      dimensions: { channel: 'chat' },
    });
  });

  it('put metrics of one unit together, unless groups take the lines', () => {
    const metrics = { a: meta(), b: meta({ metric: 'contacts' }), c: duration() };
    const rows = [row({ time: '2026-01-05' }, { a: 1, b: 2, c: 3 })];
    const all = panels(answer({ every: 'week' }, metrics, rows), plain).panels;
    expect(all.map((panel) => Object.keys(panel.metas))).toEqual([['a', 'b'], ['c']]);
    expect(panels({ ...weeks, metrics }, plain).panels).toHaveLength(3);
  });

  it('draw compared periods beside, in the same colour', () => {
    const cells = { volume: { value: 4, n: 4, compared: { previous_period: { value: 5, n: 5 } } } };
    const compared = { previous_period: { to: '2026-01-01T00:00:00Z', zone: 'UTC' } };
    const all = answer({ by: ['channel'] }, { volume: meta() }, [row({ channel: 'chat' }, cells)], {
      compared,
    });
    const [panel] = panels(all, plain).panels;
    expect(panel?.series.map(({ compared, color }) => [compared, color])).toEqual([
      [undefined, 0],
      ['previous_period', 0],
    ]);
  });

  it('keep the largest groups that can be told apart', () => {
    const rows = Array.from({ length: 12 }, (_, at) =>
      row({ time: '2026-01-05', agent: `a${at}` }, { volume: at + 1 }),
    );
    const [panel] = panels(
      answer({ every: 'week', by: ['agent'] }, { volume: meta() }, rows),
      plain,
    ).panels;
    expect(panel?.left).toBe(4);
    expect(panel?.series[0]?.dimensions).toEqual({ agent: 'a4' });
  });

  it('fill hours and weekdays in their order', () => {
    const rows = [row({ hour_of_day: '9', day_of_week: 'sunday' }, { volume: 1 })];
    const by = ['hour_of_day', 'day_of_week'];
    const wanted = { ...plain, axis: 'day_of_week' };
    const [panel] = panels(
      answer({ by, week_start: 'sunday' }, { volume: meta() }, rows),
      wanted,
    ).panels;
    expect(panel?.points.map(({ key }) => key)[0]).toBe('sunday');
    expect(panel?.points).toHaveLength(7);
  });
});

describe('what was pressed', () => {
  it('is found by the id of the series, and in a heat map by its place', () => {
    const [panel] = panels(weeks, plain).panels;
    const look = { every: 'week' };
    if (!panel) throw new Error('no panel');
    expect(pressedCell(panel, look, { series: 4, at: 1, id: 'line-1' })?.dimensions).toEqual({
      channel: 'email',
    });
    expect(pressedCell(panel, look, { series: 0, at: 4, id: 'heat' })).toMatchObject({
      time: '2026-01-12',
      dimensions: { channel: 'email' },
    });
  });
});

describe('summaries', () => {
  it('say first, last, extreme and change, without the bucket that is not over', () => {
    const [panel] = panels({ ...weeks, question: { ...weeks.question, by: [] } }, plain).panels;
    expect(panel && overTime({ ...panel, series: panel.series.slice(0, 1) }, 'week')).toContain(
      'from 9 (5 Jan 2026) to 2 (12 Jan 2026)',
    );
  });

  it('name the highest and the lowest group', () => {
    const rows = [row({ brand: 'chat' }, { volume: 3 }), row({ brand: 'email' }, { volume: 9 })];
    const [panel] = panels(answer({ by: ['brand'] }, { volume: meta() }, rows), plain).panels;
    expect(panel && overGroups(panel, undefined)).toBe(
      'Highest of 2: email (9); lowest: chat (3).',
    );
  });

  it('say that there is nothing', () => {
    const rows = [row({ channel: 'chat' }, { volume: { value: null } })];
    const [panel] = panels(answer({ by: ['channel'] }, { volume: meta() }, rows), plain).panels;
    expect(panel && overGroups(panel, undefined)).toContain('nothing');
  });
});

describe('curves and stages', () => {
  it('sort percentiles and leave out what is none', () => {
    const cell = { value: 1, n: 9, statistics: { p90: 9, median: 5, mean: 6, p10: null } };
    const rows = [row({ priority: 'high' }, { a: cell })];
    const [panel] = panels(answer({ by: ['priority'] }, { a: duration() }, rows), plain).panels;
    const [curve] = panel ? curves(panel) : [];
    expect(curve?.points).toEqual([
      { at: 50, value: 5 },
      { at: 90, value: 9 },
    ]);
    expect(curve?.serie.dimensions).toEqual({ priority: 'high' });
  });

  it('count the numerator of shares and the cases of durations', () => {
    const metrics = { volume: meta(), csat: share(), frt: duration() };
    const rows = [
      row(
        {},
        { volume: 100, csat: { value: 0.5, n: 40, numerator: 20 }, frt: { value: 9, n: 80 } },
      ),
    ];
    expect(
      stages(answer({}, metrics, rows)).map(({ count, share, step }) => [count, share, step]),
    ).toEqual([
      [100, 1, undefined],
      [20, 0.2, 0.2],
      [80, 0.8, 4],
    ]);
  });
});

describe('the table', () => {
  it('has the columns that hold anything, under their metrics', () => {
    const metrics = { volume: meta(), csat: share() };
    const rows = [
      row(
        { channel: 'a' },
        { volume: 2, csat: { value: 0.5, n: 4, low: 0.1, high: 0.9, denominator: 4 } },
      ),
    ];
    const all = answer({ by: ['channel'] }, metrics, rows);
    const found = columns(all);
    expect(found.map(({ what }) => what)).toEqual([
      'dimension',
      'value',
      'value',
      'interval',
      'ratio',
      'n',
    ]);
    expect(groups(all, found).map(({ span }) => span)).toEqual([1, 1, 4]);
  });

  it('sorts what is missing to the end, either way', () => {
    const rows = [1, undefined, 3].map((value) => row({}, { volume: value ?? { value: null } }));
    const all = answer({}, { volume: meta() }, rows);
    const [column] = columns(all);
    const values = (up: boolean) =>
      column && sorted(rows, column, up).map(({ cells }) => cells.volume?.value);
    expect(values(true)).toEqual([1, 3, null]);
    expect(values(false)).toEqual([3, 1, null]);
  });
});

describe('warnings', () => {
  const said = (code: string, message: string) =>
    warningTitle({ code, message }, answer({ every: 'week' }, { volume: meta() }, []));

  it('are filled from the words of the server', () => {
    expect(
      said('small_n', '1,635 value(s) come from fewer than 5 cases: chance decides'),
    ).toContain('1,635 values stand');
    expect(said('solved_before_reply', 'of those created, 99 tickets were solved')).toMatch(/^99 /);
    expect(said('partial_bucket', 'not over, or cut by the range: 2026-11-16')).toContain(
      '16 Nov 2026',
    );
    expect(said('none_share', '98 % of the cases have no group')).toContain('98 % of the cases');
    expect(said('not_additive', '`volume` is a stock: add it over groups')).toMatch(
      /^Ticket volume/,
    );
  });

  it('stay as they are where nothing is known of them', () => {
    expect(said('new', '`x` is odd')).toBe('“x” is odd.');
  });
});

it('places annotations at the bucket they fall in, in the zone of the answer', () => {
  const points = ['2026-01-05', '2026-01-12'].map((key) => ({
    key,
    time: key,
    dimensions: {},
    partial: false,
  }));
  const at = (text: string, to?: string) =>
    marks([{ at: text, to, title: 'x' }], points, 'Asia/Tokyo').map(({ at, to }) => [at, to]);
  expect(at('2026-01-11T16:00:00Z')).toEqual([[1, undefined]]);
  expect(at('2026-01-11T14:00:00Z')).toEqual([[0, undefined]]);
  expect(at('2025-12-01T00:00:00Z')).toEqual([]);
  expect(at('2025-12-01T00:00:00Z', '2026-01-20T00:00:00Z')).toEqual([[0, 1]]);
});
