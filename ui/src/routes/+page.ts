import { askAll, later } from '$lib/api/client';
import { DESK } from '$lib/live/live.svelte';
import { readScope, within } from '$lib/question/scope';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const questions = [within(scope, { metrics: ['first_response_time'], every: 'week' })];
  return { questions, answers: later(askAll(fetch, questions)) };
};
