import { api, askAll, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { variantQuestions } from '$lib/dictionary/board';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import { error } from '@sveltejs/kit';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, url, params, depends, parent }) => {
  depends(DESK);
  const { metrics } = await parent();
  const metric = metrics.find(({ name }) => name === params.name);
  if (!metric) error(404, { message: params.name });
  const questions = variantQuestions(readScope(url.searchParams), metric);
  const path = { name: metric.name };
  return {
    metric,
    questions,
    answers: later(askAll(fetch, questions)),
    description: later(api.GET('/api/v1/metrics/{name}', { params: { path }, fetch }).then(unwrap)),
    targets: later(api.GET('/api/v1/settings', { fetch }).then(({ data }) => data?.targets ?? {})),
  };
};
