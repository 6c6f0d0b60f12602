import { describe, expect, it } from 'vitest';
import { dayText, readDay, readHours, weekHours, writeHours } from './hours';

describe('the hours of a day', () => {
  it.each([
    ['9-17', '09:00–17:00'],
    ['9–12:30, 13:30–18', '09:00–12:30, 13:30–18:00'],
    ['8.30 - 12 Uhr und 13-17h', '08:30–12:00, 13:00–17:00'],
    ['22:00-06:00', '22:00–06:00'],
    ['0-24', '00:00–24:00'],
    ['9-12, 11-15', '09:00–15:00'],
    ['', ''],
    ['–', ''],
  ])('%s is %s', (text, words) => {
    expect(dayText(readDay(text) ?? [])).toBe(words);
  });

  it.each(['9', '9-25', 'nine to five', '9-12-15', '9:75-12'])('%s is none', (text) => {
    expect(readDay(text)).toBeUndefined();
  });
});

describe('the hours of a week', () => {
  it.each([
    [{ 'mon-fri': ['09:00-17:00'] }],
    [{ 'mon-thu': ['09:00-12:00', '13:30-18:00'], fri: ['09:00-15:00'] }],
    [{ mon: ['22:00-06:00'], sat: ['00:00-24:00'] }],
    ['24x7' as const],
    [{}],
  ])('%j come back as they were', (hours) => {
    expect(writeHours(readHours(hours))).toEqual(hours);
  });

  it('name days around the weekend', () => {
    expect(writeHours(readHours({ 'sat-mon': ['10:00-12:00'] }))).toEqual({
      mon: ['10:00-12:00'],
      'sat-sun': ['10:00-12:00'],
    });
  });

  it('add up', () => {
    expect(weekHours(readHours({ 'mon-fri': ['09:00-17:00'] }))).toBe(40);
    expect(weekHours(readHours({ sat: ['22:00-02:00'] }))).toBe(4);
    expect(weekHours(undefined)).toBe(168);
  });
});
