/** What happened, in the language of the reader; the server's own words where they are unknown. */
import type { ClockTrace, TimelineLine } from '$lib/api/types';
import { duration, number } from '$lib/format/format';
import { i18n, t, type Key } from '$lib/i18n/i18n.svelte';
import { dimensionTitle, valueTitle } from '$lib/question/names';
import { promised } from './clocks';
import { wholeParts } from './time';

const say = (key: string, otherwise: string): string => i18n.maybe(key, otherwise);

/** A status by its name in the interface: `on hold` or `on_hold`. */
export const statusTitle = (status: string): string =>
  valueTitle(status.replaceAll(' ', '_'), 'status');

/** A line of the timeline. */
export function lineWords(line: Pick<TimelineLine, 'kind' | 'words'>): string {
  const { kind, words } = line;
  switch (kind) {
    case 'created': {
      const channel = /^created through (.+)$/.exec(words)?.[1];
      return channel ? t('ticket.line.created.through', { channel }) : t('ticket.line.created');
    }
    case 'message':
      return say(`ticket.line.${words.replaceAll(' ', '_')}`, words);
    case 'status': {
      const [, status, vendor] = /^status ([a-z ]+?)(?: \((.+)\))?$/.exec(words) ?? [];
      if (!status) return words;
      const title = statusTitle(status);
      return t('ticket.line.status', { status: vendor ? `${title} (${vendor})` : title });
    }
    case 'assigned': {
      const whom = /^assigned to (.+)$/.exec(words)?.[1];
      return whom ? t('ticket.line.assigned', { whom: assignees(whom) }) : words;
    }
    case 'worked': {
      const spent = /^worked (\d+) s$/.exec(words)?.[1];
      return spent ? t('ticket.line.worked', { time: duration(Number(spent)) }) : words;
    }
    case 'csat_offered':
      return t('ticket.line.csat_offered');
    case 'rated': {
      const [, score, low, high] = /^rated (\S+) on (\S+) to (\S+)$/.exec(words) ?? [];
      return score ? t('ticket.line.rated', { score, low, high }) : words;
    }
    case 'escalated':
      return words.endsWith('management')
        ? t('ticket.line.escalated.up')
        : t('ticket.line.escalated');
    case 'merged':
      return other(words, /^merged into (.+)$/, 'ticket.line.merged');
    case 'split':
      return other(words, /^split off (.+)$/, 'ticket.line.split');
    case 'linked':
      return other(words, /^linked to (.+?)(?: \(.+\))?$/, 'ticket.line.linked');
    case 'tags':
      return t('ticket.line.tags', { tags: words.replace(/^tags /, '') });
    case 'redacted':
      return t('ticket.line.redacted');
    default:
      return changed(words);
  }
}

function other(words: string, form: RegExp, key: Key): string {
  const ticket = form.exec(words)?.[1];
  return ticket ? t(key, { ticket }) : words;
}

/** Something was set: `priority urgent`, `SLA policy gold`, `topic cleared`. */
function changed(words: string): string {
  const [, name, value] = /^(SLA policy|[\w.-]+) (.+)$/.exec(words) ?? [];
  if (!name || !value) return words;
  const dimension = name === 'SLA policy' ? 'sla_policy' : name;
  const title = dimensionTitle(dimension);
  if (value === 'cleared') return t('ticket.line.cleared', { name: title });
  return t('ticket.line.set', { name: title, value: valueTitle(value, dimension) });
}

function assignees(text: string): string {
  return text
    .replace(/\bno agent\b/, t('ticket.line.no_agent'))
    .replace(/\bno group\b/, t('ticket.line.no_group'))
    .replace(/\bagent (?=\S)/, `${t('ticket.line.agent')} `)
    .replace(/\bgroup (?=\S)/, `${t('ticket.line.group')} `);
}

/** What a clock is called. */
export function clockTitle(trace: ClockTrace): string {
  const turn = /^turn (\d+) wait$/.exec(trace.name)?.[1];
  if (turn) return t('ticket.clock.turn', { n: Number(turn) + 1 });
  const promise = promised(trace);
  if (promise) return valueTitle(promise.clock, 'clock');
  return say(`ticket.clock.${trace.name}`, trace.name.replaceAll('_', ' '));
}

const WHY: Record<string, string> = {
  'no bot handed the ticket over': 'handoff',
  'its end lies before its start': 'negative',
  'the customer is still waiting': 'waiting',
  'the wait ended without a reply': 'cancelled',
  'no business calendar was in force for all of it': 'calendar',
  "the ticket's creation is unknown": 'created',
  'no customer has been waiting for a first reply': 'wait',
  'the customer has not written': 'customer',
  'no agent has owned the ticket': 'assigned',
  'the agent who replied first was not its owner': 'replier',
  'nothing has been sent to the customer': 'ack',
  'no human agent has replied publicly': 'reply',
  'no human agent has written publicly after creation': 'agent',
  'the ticket was never solved': 'never',
  'the ticket is not solved now': 'unsolved',
  'the ticket is not solved now, or no human agent acted on it': 'action',
};

/** Why a clock has no number. */
export const whyWords = (why: string): string => say(`ticket.why.${WHY[why] ?? ''}`, why);

/** A note of a segment: a night on which the clocks change. */
export function noteWords(note: string): string {
  const change = clockChange(note);
  if (!change) return note;
  const key = change.back ? 'ticket.dst.back' : 'ticket.dst.forward';
  return t(key, { zone: change.zone, n: change.minutes });
}

/** The zone and the direction that a note about a change of the clocks names. */
export function clockChange(
  note: string | null | undefined,
): { zone: string; back: boolean; minutes: number } | undefined {
  const [, zone, way, minutes] =
    /^the clocks of (\S+) go (back|forward) by (\d+) minutes$/.exec(note ?? '') ?? [];
  return zone && minutes ? { zone, back: way === 'back', minutes: Number(minutes) } : undefined;
}

/** A duration without rounding: `46 h 20 min 44 s`. */
export function whole(us: number): string {
  const words = wholeParts(us).map(({ n, unit }) =>
    t(`unit.${unit}`, { n: number(n, { maximumFractionDigits: 6 }) }),
  );
  return (us < 0 ? '−' : '') + words.join(' ');
}
