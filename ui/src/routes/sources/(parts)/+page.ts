import { api, askAll, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { Question } from '$lib/api/types';
import { DESK } from '$lib/live/live.svelte';
import { readImports } from '$lib/sources/imports';
import type { PageLoad } from './$types';

/** Tickets created by month and source, over all history. */
const volumes = {
  metrics: ['volume'],
  by: ['source'],
  every: 'month',
  range: 'all',
} as unknown as Question;

export const load: PageLoad = ({ fetch, depends }) => {
  depends(DESK);
  return {
    question: volumes,
    sources: later(api.GET('/api/v1/sources', { fetch }).then(unwrap)),
    hooks: later(api.GET('/api/v1/hooks', { fetch }).then(unwrap)),
    quality: later(api.GET('/api/v1/quality', { fetch }).then(unwrap)),
    volumes: later(askAll(fetch, [volumes])),
    imports: later(readImports(fetch, { limit: 20 })),
  };
};
