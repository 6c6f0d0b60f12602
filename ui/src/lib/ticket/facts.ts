/** The row of a ticket in the fact tables, for people. */
import type { Explanation } from '$lib/api/types';
import { instant } from '$lib/format/date';
import { number } from '$lib/format/format';
import { i18n, t } from '$lib/i18n/i18n.svelte';
import { valueTitle } from '$lib/question/names';
import { ticketHref } from '$lib/question/url';
import { groupOf, promised } from './clocks';
import { micros } from './time';
import { whole } from './words';

type Facts = Explanation['facts'];
/** A mark of a ticket, which may lead to another one. */
export interface Chip {
  tone: Tone;
  words: string;
  href?: string;
}

type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'accent';

const HEAD: [string, string][] = [
  ['source', 'source'],
  ['group', 'current_group'],
  ['agent', 'current_agent'],
  ['requester', 'requester'],
  ['account', 'account'],
  ['product', 'product'],
  ['topic', 'topic'],
  ['channel', 'channel'],
  ['priority', 'current_priority'],
  ['policy', 'sla_policy'],
  ['calendar', 'calendar'],
];

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value ? value : undefined;
const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** What is known of who and what it is about. */
export function head(facts: Facts): { name: string; value: string }[] {
  return HEAD.flatMap(([name, column]) => {
    const value = text(facts[column]);
    return value ? [{ name, value: valueTitle(value, name) }] : [];
  });
}

/** What is out of the ordinary about it. */
export function chips({ facts, clocks, source }: Explanation): Chip[] {
  const chips: Chip[] = [];
  const add = (tone: Tone, words: string, ticket?: string) =>
    chips.push({ tone, words, ...(ticket ? { href: ticketHref(source, ticket) } : {}) });
  const [excluded, merged] = [text(facts.excluded), text(facts.merged_into)];
  if (excluded) {
    const why = i18n.maybe(`ticket.excluded.${excluded}`, excluded);
    add('warn', t('ticket.chip.excluded', { why }));
  }
  if (merged) add('warn', t('ticket.chip.merged', { ticket: merged }), merged);
  const parent = text(facts.parent);
  if (parent) add('plain', t('ticket.chip.parent', { ticket: parent }), parent);
  if (text(facts.waiting_since)) add('warn', t('ticket.chip.waiting'));
  const missed = clocks.filter(
    (trace) => groupOf(trace) === 'sla' && promised(trace)?.state === 'breached',
  ).length;
  if (missed) add('bad', t('ticket.chip.breached', { n: missed }));
  const reopened = count(facts.n_reopens);
  if (reopened) add('bad', t('ticket.chip.reopened', { n: reopened }));
  const moved = count(facts.n_transfers);
  if (moved) add('plain', t('ticket.chip.transfers', { n: moved }));
  if (count(facts.n_escalations_functional) + count(facts.n_escalations_hierarchical))
    add('warn', t('ticket.chip.escalated'));
  if (facts.bot_only === true) add('plain', t('ticket.chip.botonly'));
  else if (facts.bot_involved === true) add('plain', t('ticket.chip.bot'));
  if (facts.auto_closed === true) add('plain', t('ticket.chip.autoclosed'));
  for (const odd of Array.isArray(facts.anomalies) ? facts.anomalies : []) {
    const what = i18n.maybe(`ticket.odd.${String(odd)}`, String(odd).replaceAll('_', ' '));
    add('warn', t('ticket.chip.anomaly', { what }));
  }
  return chips;
}

/** One fact: durations, instants and yes or no in words, everything else as it is. */
export function fact(name: string, value: unknown, zone: string): string {
  if (value === null || value === undefined) return t('number.none');
  if (typeof value === 'boolean') return t(value ? 'ticket.yes' : 'ticket.no');
  if (typeof value === 'number')
    return name.endsWith('_us') ? whole(value) : number(value, { maximumFractionDigits: 6 });
  if (typeof value !== 'string') return JSON.stringify(value);
  // The tables hold instants without a zone, which is UTC.
  if (/_(at|since)$/.test(name) && !Number.isNaN(micros(`${value}Z`)))
    return instant(`${value}Z`, zone);
  return value;
}
