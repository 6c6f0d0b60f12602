import { askAll, later } from '$lib/api/client';
import { DESK } from '$lib/live/live.svelte';
import { readScope, within } from '$lib/question/scope';
import { courseQuestion, totalQuestion, valuesQuestion, VOLUME } from '$lib/side/model/side';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const questions = [
    valuesQuestion(scope, 'channel'),
    totalQuestion(scope),
    courseQuestion(scope, 'channel'),
    within(scope, { metrics: [VOLUME], by: ['day_of_week', 'hour_of_day'] }),
  ] as const;
  return { compare: scope.compare, questions, answers: later(askAll(fetch, [...questions])) };
};
