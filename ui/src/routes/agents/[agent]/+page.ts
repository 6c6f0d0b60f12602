import { ask, askAll, later, rowsBehind } from '$lib/api/client';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import { readMix } from '$lib/scorecard/model/mix';
import type { PageLoad } from './$types';
import { agentQuestions, teamOf, teamQuestion, waitingQuestion } from './board';

/** So many waiting tickets are listed; the rest is one press away. */
const WAITING = 8;

export const load: PageLoad = ({ fetch, url, params, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const { agent } = params;
  const mix = readMix(url.searchParams);
  const known = url.searchParams.get('team') ?? undefined;
  const waits = waitingQuestion(scope, agent);

  async function answered() {
    // A link from a team names it; else it is where most was solved.
    const team =
      known ?? (await ask(fetch, teamQuestion(scope, agent)).then(teamOf, () => undefined));
    const about = { agent, team, mix };
    const questions = agentQuestions(scope, about);
    return { about, questions, asked: await askAll(fetch, questions) };
  }

  return {
    agent,
    team: known,
    waits,
    answers: later(answered()),
    waiting: later(rowsBehind(fetch, waits, { metric: 'waits', limit: WAITING })),
  };
};
