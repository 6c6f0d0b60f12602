import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, depends }) => {
  depends(DESK);
  return { settings: later(api.GET('/api/v1/settings', { fetch }).then(unwrap)) };
};
