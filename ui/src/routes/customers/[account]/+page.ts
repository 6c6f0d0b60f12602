import { api, askAll, later, rowsBehind } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { TicketPage } from '$lib/api/types';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import { equals } from '$lib/question/url';
import type { PageLoad } from './$types';
import { readListing } from '../board';
import { accountQuestions, contactQuestion, OPEN } from './board';

/** Tickets on a page of the list. */
const TICKETS = 25;

export const load: PageLoad = ({ fetch, url, params, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const kind = readListing(url.searchParams).kind ?? 'account';
  const name = params.account;
  const questions = accountQuestions(scope, kind, name);
  const mine = equals(kind, name);

  async function tickets(where: string[], cursor?: number): Promise<TicketPage> {
    const result = await api.GET('/api/v1/tickets', {
      // The server takes `where` several times; its description names it once.
      params: { query: { where: where as unknown as string, limit: TICKETS, cursor } },
      fetch,
    });
    return unwrap(result);
  }

  return {
    name,
    kind,
    compare: scope.compare,
    questions,
    answers: later(askAll(fetch, [...questions])),
    last: later(
      rowsBehind(fetch, contactQuestion(scope, kind, name), {
        metric: 'contacts',
        sort: 'time',
        limit: 1,
      }),
    ),
    open: later(tickets([mine, OPEN])),
    all: later(tickets([mine])),
    more: (cursor: number) => tickets([mine], cursor),
  };
};
