/** The question on screen as it would be asked elsewhere. */
import type { Question } from '$lib/api/types';
import { readAsked, words } from '../asked';

/** A word as a POSIX shell takes it whole. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What the flags of `deskmeter ask` cannot say. */
function beyondFlags(question: Question): boolean {
  return (
    !!question.limit ||
    words(question.order).length > 0 ||
    !!question.week_start ||
    (typeof question.range === 'object' && !!question.range && 'at' in question.range) ||
    question.metrics.some((metric) => {
      const { parameters, statistic, rest } = readAsked(metric);
      return !!parameters || !!statistic || !!rest;
    })
  );
}

/** The question for `deskmeter ask`; what has no flag is said as a question read from stdin. */
export function askCommand(question: Question): string {
  if (beyondFlags(question)) {
    return `deskmeter ask --question /dev/stdin <<'QUESTION'\n${JSON.stringify(question, null, 2)}\nQUESTION`;
  }
  const parts: string[][] = [
    ['deskmeter', 'ask', ...question.metrics.map((metric) => asWord(metric))],
  ];
  const flag = (name: string, value: string | null | undefined) => {
    if (value) parts.push([`--${name}`, value]);
  };
  for (const name of question.by ?? []) flag('by', name);
  flag('every', question.every);
  if (typeof question.range === 'string') flag('range', question.range);
  else {
    flag('from', question.range?.from);
    flag('to', question.range?.to);
  }
  flag('zone', question.zone);
  for (const filter of question.where ?? []) flag('where', filter);
  for (const name of question.compare ?? []) flag('compare', name);
  for (const name of words(question.statistic)) flag('stat', name);
  flag('clock', question.clock);
  flag('attribution', question.attribution);
  flag('as-of', question.as_of);
  return parts.map((words) => words.map(quote).join(' ')).join(' \\\n  ');
}

const asWord = (metric: Question['metrics'][number]): string => {
  const { metric: name, variant } = readAsked(metric);
  return variant ? `${name}:${variant}` : name;
};

/** The question for curl. */
export function curlCommand(question: Question, origin: string): string {
  return [
    `curl -s ${quote(`${origin}/api/v1/questions`)}`,
    `-H 'content-type: application/json'`,
    `-d ${quote(JSON.stringify(question))}`,
  ].join(' \\\n  ');
}
