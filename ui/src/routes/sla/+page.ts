import { api, later } from '$lib/api/client';
import { askNamed } from '$lib/api/named';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import { readScope } from '$lib/question/scope';
import type { PageLoad } from './$types';
import { board, readView } from './board';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const scope = readScope(url.searchParams);
  const view = readView(url.searchParams);
  const asked = board(scope, view);
  // A desk without settings has no targets, which is no reason to show nothing.
  const targets = api
    .GET('/api/v1/settings', { fetch })
    .then(({ data }) => data?.targets ?? {})
    .catch(() => ({}));
  const policies = api.GET('/api/v1/policies', { fetch }).then((got) => unwrap(got).policies);
  return {
    scope,
    view,
    asked,
    answers: later(Promise.all([askNamed(fetch, asked), policies, targets])),
  };
};
