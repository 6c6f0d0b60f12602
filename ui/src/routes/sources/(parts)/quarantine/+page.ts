import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import { readFilter } from '$lib/sources/filter';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, url, depends }) => {
  depends(DESK);
  const filter = readFilter(url.searchParams);
  const query = { ...filter, limit: 50 };
  return {
    filter,
    rows: later(api.GET('/api/v1/quarantine', { fetch, params: { query } }).then(unwrap)),
  };
};
