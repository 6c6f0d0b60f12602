import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import { JOBS } from '$lib/jobs/jobs';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, depends }) => {
  depends(DESK, JOBS);
  return { found: later(api.GET('/api/v1/jobs', { fetch }).then(unwrap)) };
};
