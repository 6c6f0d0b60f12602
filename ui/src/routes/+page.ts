import { askAll, later, rowsBehind, type Asked } from '$lib/api/client';
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
  const [period, weekly] = board(scope);
  const past = remembered<Asked | undefined>(weekly);
  const asked = askAll(fetch, past ? [period] : [period, weekly]);
  const desk = Promise.all([asked, targets(fetch)]).then(([[now, read], aims]) => {
    if (now?.error) throw now.error;
    const year = past ?? (read?.answer && remember(weekly, read)) ?? read;
    const shown = tiles(CORE, now?.answer, year?.answer, aims, Date.now());
    return {
      answer: now?.answer,
      tiles: shown,
      weeks: loudness(findings(CORE, year?.answer), year?.answer),
      episodes: episodes(CORE, year?.answer).slice(0, EPISODES),
    };
  });
  const follow = desk.then(async (found) => {
    const next = plan(scope, found.episodes, found.tiles);
    const known = remembered<Asked[]>(next.questions);
    const answers = known ?? (await askAll(fetch, next.questions));
    const whole = answers.every(({ error }) => !error);
    return next.read(whole && !known ? remember(next.questions, answers) : answers);
  });
  return {
    scope,
    desk: later(desk),
    follow: later(follow),
    waiting: { ...waiting(scope), page: list(waiting(scope)) },
    risky: { ...risky(scope), page: list(risky(scope)) },
  };
};
