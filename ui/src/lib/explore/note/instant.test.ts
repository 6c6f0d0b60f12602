import { expect, it } from 'vitest';
import { endOf, instantOf } from './instant';

it('turns local times into instants, across changes of clocks', () => {
  expect(instantOf('2026-01-05', 'UTC')).toBe('2026-01-05T00:00:00.000Z');
  expect(instantOf('2026-07-05T09:30', 'Europe/Berlin')).toBe('2026-07-05T07:30:00.000Z');
  expect(instantOf('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
  expect(instantOf('2026-10-25T12:00', 'Europe/Berlin')).toBe('2026-10-25T11:00:00.000Z');
  expect(endOf('2026-03-29', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
});
