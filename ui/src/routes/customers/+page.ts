import { api, askAll, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import type { PageLoad } from './$types';
import { customerQuestions, named, readListing, type Kind } from './board';

/** So many names that a search finds are looked at. */
const FOUND = 100;

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const listing = readListing(url.searchParams);

  async function of(kind: Kind) {
    const names = listing.find ? await search(kind) : undefined;
    if (names?.length === 0) return { kind, names, questions: undefined, asked: [] };
    const questions = customerQuestions(scope, listing, kind, names);
    return { kind, names, questions, asked: await askAll(fetch, questions) };
  }

  async function search(kind: Kind): Promise<string[]> {
    const result = await api.GET('/api/v1/dimensions/{name}/values', {
      params: { path: { name: kind }, query: { contains: listing.find, limit: FOUND } },
      fetch,
    });
    return unwrap(result)
      .values.map(({ value }) => value)
      .filter((value) => value !== '(none)');
  }

  /** Organisations; people where the data name no organisation at all. */
  async function listed() {
    const first = await of(listing.kind ?? 'account');
    const answer = first.asked[0]?.answer;
    if (listing.kind || listing.find || !answer || named(answer, first.kind)) return first;
    return of('requester');
  }

  return { compare: scope.compare, listing, answers: later(listed()) };
};
