import { describe, expect, it } from 'vitest';
import { doubtful, formWords, readAs } from './form';

describe('a form of dates', () => {
  it('is written in letters that people know', () => {
    expect(formWords('%d/%m/%Y %H:%M')).toBe('DD/MM/YYYY hh:mm');
  });

  it.each([
    ['%d/%m/%Y %H:%M', '01/02/2026 09:30', '2026-02-01T09:30:00.000Z'],
    ['%m/%d/%Y %H:%M', '01/02/2026 09:30', '2026-01-02T09:30:00.000Z'],
    ['%m/%d/%Y %I:%M %p', '01/02/2026 09:30 PM', '2026-01-02T21:30:00.000Z'],
    ['%d %b %Y %H:%M', '3 Mar 2026 09:30', '2026-03-03T09:30:00.000Z'],
    ['iso', '2012/10/09 14:50:17.000', '2012-10-09T14:50:17.000Z'],
    ['iso', '2010-01-13 08:40:25+00:00', '2010-01-13T08:40:25.000Z'],
    ['epoch', '0', '1970-01-01T00:00:00.000Z'],
  ])('%s reads %s', (form, sample, instant) => {
    expect(readAs(form, sample)?.toISOString()).toBe(instant);
  });

  it('does not read what does not fit', () => {
    expect(readAs('%d/%m/%Y', '31/31/2026')).toBeUndefined();
    expect(readAs('%d/%m/%Y', 'soon')).toBeUndefined();
  });

  it('is in doubt where day and month could be swapped', () => {
    expect(doubtful(['%d/%m/%Y', '%m/%d/%Y'])).toBe(true);
    expect(doubtful(['iso', '%d/%m/%Y'])).toBe(false);
  });
});
