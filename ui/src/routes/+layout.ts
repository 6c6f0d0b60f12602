import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { i18n } from '$lib/i18n/i18n.svelte';
import { POLICIES } from '$lib/live/live.svelte';
import type { LayoutLoad } from './$types';

export const ssr = false;
export const prerender = false;

/** What every page needs: the words, the metrics by name, and whether there are business hours. */
export const load: LayoutLoad = async ({ fetch, depends }) => {
  depends(POLICIES);
  const [metrics, policies] = await Promise.all([
    api.GET('/api/v1/metrics', { fetch }),
    api.GET('/api/v1/policies', { fetch }),
    i18n.start(),
  ]);
  return {
    metrics: unwrap(metrics).metrics,
    hasCalendar: unwrap(policies).policies.calendars.length > 0,
  };
};
