/** Warnings of an answer in the reader's language. */
import type { Answer } from '$lib/api/types';
import { bucket } from '$lib/format/date';
import { i18n, t, type Key } from '$lib/i18n/i18n.svelte';
import { dimensionTitle, metricTitle, valueTitle } from '$lib/question/names';
import { sentence } from './words';

/** A warning by its code, filled from the server's words; unknown ones as the server says them. */
export function warningTitle(
  { code, message }: Answer['warnings'][number],
  answer: Answer,
): string {
  const key = `explore.warning.${code}`;
  if (!i18n.maybe(key, '')) return sentence(message);
  const named = [...message.matchAll(/`([^`]+)`/gu)].flatMap(([, name]) => {
    const meta = answer.metrics[name ?? ''];
    return meta ? [metricTitle(meta)] : [];
  });
  const tail = message.split(': ').at(-1) ?? '';
  return t(key as Key, {
    n: Number((/\d[\d,]*/.exec(message)?.[0] ?? '0').replaceAll(',', '')),
    name: named.join(', '),
    times: tail
      .split(', ')
      .map((time) => (/^\d{4}-\d\d-\d\d/.test(time) ? bucket(time, answer.question.every) : time))
      .join(', '),
    day: valueTitle(answer.question.week_start ?? 'monday', 'day_of_week'),
    dimension: dimensionTitle(message.split(' ').at(-1) ?? ''),
  });
}
