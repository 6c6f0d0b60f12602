/** How long what is kept, and who is erased, as forms hold them. */
import type { RetentionRule } from '$lib/api/types';

/** What the page of privacy is read again by. */
export const PRIVACY = 'app:privacy';

/** What a rule may be about; `one` is one custom field, by its name. */
export const WHAT = ['text', 'custom_fields', 'one', 'quarantine', 'imports'] as const;
export type What = (typeof WHAT)[number];

/** A rule as a row of the form. */
export interface Row {
  what: What;
  /** The custom field's name, where it is about one. */
  name: string;
  /** How many days or weeks, as it was typed. */
  amount: string;
  unit: 'd' | 'w';
  by: 'last_event' | 'closed';
  /** Only tickets of this source; empty = all. */
  source: string;
}

const ONE = 'custom_fields.';

/** Whether the time is counted from a ticket's events, and a source can be named. */
export const ofTickets = (what: What): what is 'text' | 'custom_fields' | 'one' =>
  what !== 'quarantine' && what !== 'imports';

export function rowOf(rule: RetentionRule): Row {
  const isOne = rule.field.startsWith(ONE);
  const [, amount = '', unit = 'd'] = /^(\d+)\s*([dw])/.exec(rule.after) ?? [];
  return {
    what: isOne ? 'one' : (rule.field as What),
    name: isOne ? rule.field.slice(ONE.length) : '',
    amount,
    unit: unit as 'd' | 'w',
    by: rule.by ?? 'last_event',
    source: rule.source ?? '',
  };
}

export function ruleOf(row: Row): RetentionRule {
  const rule = {
    field: row.what === 'one' ? ONE + row.name.trim() : row.what,
    after: row.amount.trim() + row.unit,
  };
  if (!ofTickets(row.what)) return rule;
  return { ...rule, by: row.by, source: row.source.trim() || undefined };
}

/** Whether nothing is left to be filled in. */
export const isWhole = (row: Row): boolean =>
  /^\s*[1-9]\d*\s*$/.test(row.amount) && (row.what !== 'one' || row.name.trim() !== '');

/** One entry a line: without blanks around them, and each once. */
export const entries = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];
