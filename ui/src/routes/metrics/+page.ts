import { api, askAll, later } from '$lib/api/client';
import { askNamed } from '$lib/api/named';
import { listQuestions, sparkQuestions } from '$lib/dictionary/board';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, url, depends, parent }) => {
  depends(DESK);
  const { metrics } = await parent();
  const scope = readScope(url.searchParams);
  const questions = listQuestions(scope, metrics);
  return {
    questions,
    values: later(askAll(fetch, questions)),
    sparks: later(askNamed(fetch, sparkQuestions(scope, metrics))),
    targets: later(api.GET('/api/v1/settings', { fetch }).then(({ data }) => data?.targets ?? {})),
  };
};
