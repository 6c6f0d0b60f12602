import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { Restatement } from '$lib/api/types';
import { questionOf, readAsk } from '$lib/sources/restate';
import type { PageLoad } from './$types';

/** Not read again with every change of the desk: the instant is what was asked about. */
export const load: PageLoad = ({ fetch, url }) => {
  const ask = readAsk(url.searchParams);
  if (!ask) return { ask, question: undefined, answer: undefined };
  const question = questionOf(ask);
  const asked = api.POST('/api/v1/restatements', { fetch, body: question as never });
  return { ask, question, answer: later(asked.then((result) => unwrap(result) as Restatement)) };
};
