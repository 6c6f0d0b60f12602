import { describe, expect, it } from 'vitest';
import type { Answer } from '$lib/api/types';
import { readScope } from '$lib/question/scope';
import { customerQuestions, MOST, named, PAGE, readListing } from './board';

const read = (text: string) => readListing(new URLSearchParams(text));
const scope = readScope(new URLSearchParams());

describe('the list of customers', () => {
  it('begins with those who have most tickets', () => {
    expect(read('')).toEqual({ kind: undefined, order: '-volume', limit: PAGE, find: '' });
  });

  it('is as the address says, within its limits', () => {
    expect(read('by=requester&order=csat&show=100&find= acme ')).toEqual({
      kind: 'requester',
      order: 'csat',
      limit: 100,
      find: 'acme',
    });
    expect(read('by=planet&order=luck&show=99999').limit).toBe(MOST);
    expect(read('show=-4').limit).toBe(PAGE);
  });

  it('is ordered and cut by the server, one more than shown', () => {
    const [values, total] = customerQuestions(scope, read('order=account'), 'requester');
    expect(values).toMatchObject({
      by: ['requester'],
      where: ['requester is not null'],
      order: ['requester'],
      limit: PAGE + 1,
    });
    expect(total.by).toBeUndefined();
  });

  it('looks for the names that a search found', () => {
    const [values] = customerQuestions(scope, read(''), 'account', ['Acme', 'Smith & Co']);
    expect(values.where?.[1]).toBe('account in (Acme, "Smith & Co")');
  });

  it('knows when nobody is named', () => {
    const answer = (account: string) => ({ rows: [{ account, cells: {} }] }) as unknown as Answer;
    expect(named(answer('Acme'), 'account')).toBe(true);
    expect(named(answer('(none)'), 'account')).toBe(false);
    expect(named(undefined, 'account')).toBe(false);
  });
});
