import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { i18n } from '$lib/i18n/i18n.svelte';
import type { LayoutLoad } from './$types';

export const ssr = false;
export const prerender = false;

/** What every page needs: the words, and the metrics by name. */
export const load: LayoutLoad = async ({ fetch }) => {
  const [metrics] = await Promise.all([api.GET('/api/v1/metrics', { fetch }), i18n.start()]);
  return { metrics: unwrap(metrics).metrics };
};
