import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import type { LayoutLoad } from './$types';

/** The policies are one document, changed on several pages and saved as one. */
export const load: LayoutLoad = ({ fetch, depends }) => {
  depends(DESK);
  return { inForce: later(api.GET('/api/v1/policies', { fetch }).then(unwrap)) };
};
