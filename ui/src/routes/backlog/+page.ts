import { later } from '$lib/api/client';
import { askNamed } from '$lib/api/named';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import type { PageLoad } from './$types';
import { board, readView } from './board';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const view = readView(url.searchParams);
  const asked = board(scope, view);
  return { scope, view, asked, now: Date.now(), answers: later(askNamed(fetch, asked)) };
};
