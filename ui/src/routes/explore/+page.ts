import { askAll, later } from '$lib/api/client';
import { put, readView } from '$lib/explore/view';
import { DESK } from '$lib/live/live.svelte';
import type { PageLoad } from './$types';

/** One question, as the address has it. */
export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const question = put(readView(url.searchParams));
  const asked = askAll(fetch, [question]).then(([outcome]) => ({ question, outcome }));
  return { asked: later(asked) };
};
