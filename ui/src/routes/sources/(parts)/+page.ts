import { askAll, later } from '$lib/api/client';
import { ApiError } from '$lib/api/problem';
import type { Question } from '$lib/api/types';
import { DESK } from '$lib/live/live.svelte';
import { readImports } from '$lib/sources/imports';
import type { Check, SourceState } from '$lib/sources/wire';
import type { PageLoad } from './$types';

/** Tickets created by month and source, over all history. */
const volumes = {
  metrics: ['volume'],
  by: ['source'],
  every: 'month',
  range: 'all',
} as unknown as Question;

async function read<T>(fetch: typeof globalThis.fetch, path: string): Promise<T> {
  const response = await fetch(`/api/v1/${path}`);
  if (!response.ok) throw new ApiError(response.status, {});
  return (await response.json()) as T;
}

export const load: PageLoad = ({ fetch, depends }) => {
  depends(DESK);
  return {
    question: volumes,
    sources: later(read<{ sources: SourceState[] }>(fetch, 'sources')),
    quality: later(read<{ checks: Check[] }>(fetch, 'quality')),
    volumes: later(askAll(fetch, [volumes])),
    imports: later(readImports(fetch, { limit: 20 })),
  };
};
