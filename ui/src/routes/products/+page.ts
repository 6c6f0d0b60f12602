import { askAll, later } from '$lib/api/client';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import type { PageLoad } from './$types';
import { productQuestions } from './board';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const questions = productQuestions(scope);
  return { compare: scope.compare, questions, answers: later(askAll(fetch, [...questions])) };
};
