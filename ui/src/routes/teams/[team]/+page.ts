import { askAll, later } from '$lib/api/client';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import { equals } from '$lib/question/url';
import { cardQuestions, type About } from '$lib/scorecard/model/card';
import { readMix } from '$lib/scorecard/model/mix';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, url, params, depends }) => {
  depends(DESK);
  const about: About = {
    who: 'agent',
    where: [equals('group', params.team)],
    mix: readMix(url.searchParams),
  };
  const questions = cardQuestions(readScope(url.searchParams), about);
  return { team: params.team, about, questions, answers: later(askAll(fetch, questions)) };
};
