import { describe, expect, it } from 'vitest';
import type { RetentionRule } from '$lib/api/types';
import { entries, isWhole, rowOf, ruleOf } from './privacy';

describe('a rule in the form', () => {
  it('comes back as it was', () => {
    const rules: RetentionRule[] = [
      { field: 'text', after: '90d', by: 'closed', source: undefined },
      { field: 'custom_fields', after: '4w', by: 'last_event', source: 'acme' },
      { field: 'custom_fields.phone.private', after: '1d', by: 'last_event', source: undefined },
      { field: 'quarantine', after: '30d' },
      { field: 'imports', after: '12w' },
    ];
    expect(rules.map((rule) => ruleOf(rowOf(rule)))).toEqual(rules);
  });

  it('counts from the last event unless it says otherwise', () => {
    expect(rowOf({ field: 'text', after: '90d' }).by).toBe('last_event');
  });

  it('needs a time, and a name where it is about one field', () => {
    const row = rowOf({ field: 'custom_fields.phone', after: '90d' });
    expect(isWhole(row)).toBe(true);
    for (const wrong of [{ amount: '' }, { amount: '0' }, { amount: '1.5' }, { name: ' ' }]) {
      expect(isWhole({ ...row, ...wrong }), JSON.stringify(wrong)).toBe(false);
    }
    expect(isWhole({ ...row, what: 'text', name: '' })).toBe(true);
  });
});

describe('entries of a text', () => {
  it('are its lines, each once, without blanks around them', () => {
    expect(entries(' a b \r\n\n c\na b\n')).toEqual(['a b', 'c']);
  });
});
