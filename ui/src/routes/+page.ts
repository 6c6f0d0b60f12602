import { askAll, later, rowsBehind } from '$lib/api/client';
import { CORE } from '$lib/home/model/core';
import { EPISODES, plan } from '$lib/home/model/causes';
import { episodes, findings, loudness } from '$lib/home/model/standout';
import { tiles } from '$lib/home/model/tile';
import { targets } from '$lib/home/targets';
import { remember, remembered } from '$lib/home/remember';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import type { PageLoad } from './$types';
import { board, risky, SHOWN, waiting } from './board';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const list = ({ question, cell }: ReturnType<typeof waiting>) =>
    later(rowsBehind(fetch, question, { ...cell, limit: SHOWN }));
  const [period, weekly] = board(scope, Date.now());
  const known = remembered(weekly);
  const asked = askAll(fetch, known ? [period] : [period, weekly]);
  const past =
    known ??
    remember(
      weekly,
      asked.then((answers) => answers.slice(1)),
    );
  const desk = Promise.all([asked, past, targets(fetch)]).then(([[now], [year], aims]) => {
    if (now?.error) throw now.error;
    const shown = tiles(CORE, now?.answer, year?.answer, aims, Date.now());
    return {
      answer: now?.answer,
      tiles: shown,
      weeks: loudness(findings(CORE, year?.answer), year?.answer),
      until: year?.answer?.period,
      episodes: episodes(CORE, year?.answer).slice(0, EPISODES),
    };
  });
  const follow = desk.then(async (found) => {
    const { questions, read } = plan(scope, found.episodes, found.tiles);
    return read(await (remembered(questions) ?? remember(questions, askAll(fetch, questions))));
  });
  return {
    scope,
    desk: later(desk),
    follow: later(follow),
    waiting: { ...waiting(scope), page: list(waiting(scope)) },
    risky: { ...risky(scope), page: list(risky(scope)) },
  };
};
