import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import type { LayoutLoad } from './$types';

/** How much is in quarantine is shown on every part. */
export const load: LayoutLoad = ({ fetch, depends }) => {
  depends(DESK);
  return { counts: later(api.GET('/api/v1/quarantine/counts', { fetch }).then(unwrap)) };
};
