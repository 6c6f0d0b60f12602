import { describe, expect, it } from 'vitest';
import { filterTitle } from './names';

describe('a filter in words', () => {
  it.each([
    ['group = Billing', 'Group: Billing'],
    ['group = "Billing AMER"', 'Group: Billing AMER'],
    [`account = 'The "A" team'`, 'Account: The "A" team'],
    ['priority = high', 'Priority: High'],
    ['agent is null', 'Agent: (none)'],
  ])('%s is %s', (filter, words) => {
    expect(filterTitle(filter)).toBe(words);
  });

  it('stays as written where it says more', () => {
    for (const filter of ['priority in (high, urgent)', 'group = a and agent = b', 'n > 3']) {
      expect(filterTitle(filter)).toBe(filter);
    }
  });
});
