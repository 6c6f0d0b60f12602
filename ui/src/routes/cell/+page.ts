import { api, askAll, later, rowsBehind } from '$lib/api/client';
import type { Answer } from '$lib/api/types';
import { breakdownQuestions, find, numberQuestion, openDimensions } from '$lib/cell/cell';
import { PAGE } from '$lib/cell/pages.svelte';
import { DESK } from '$lib/live/live.svelte';
import { readCell, readQuestion } from '$lib/question/url';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const question = readQuestion(url.searchParams);
  const cell = readCell(url.searchParams);
  if (question.metrics.length === 0) return { question, cell, asked: undefined };
  const dimensions = openDimensions(question, cell);
  const number = askAll(fetch, [numberQuestion(question, cell)]).then(([asked]): Answer => {
    if (asked?.answer) return asked.answer;
    throw asked?.error ?? new Error('no answer');
  });
  const split = number.then(async (answer) => {
    const answers = await askAll(fetch, breakdownQuestions(answer, cell, dimensions));
    return answers.map(({ answer }, at) => ({ dimension: dimensions[at] ?? '', answer }));
  });
  // What the rows are: tickets, turns, clocks. Without it they are called rows.
  const table = number.then(async (answer) => {
    const meta = find(answer, cell)?.meta;
    if (!meta) return undefined;
    const path = { name: meta.metric };
    const { data } = await api.GET('/api/v1/metrics/{name}', { params: { path }, fetch });
    return data?.variants.find(({ name }) => name === meta.variant)?.table;
  });
  const first = rowsBehind(fetch, question, { ...cell, limit: PAGE });
  return {
    question,
    cell,
    asked: {
      number: later(number),
      split: later(split),
      table: later(table),
      first: later(first),
    },
  };
};
