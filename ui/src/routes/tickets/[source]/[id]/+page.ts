import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { DESK } from '$lib/live/live.svelte';
import type { Face } from '$lib/ticket/clocks';
import { ticketZone } from '$lib/ticket/zone';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, params, url, depends }) => {
  depends(DESK);
  const { source, id } = params;
  const asked = url.searchParams.get('metric') ?? undefined;
  const [metric, variant] = asked?.split(':') ?? [];
  const [ticket, zone, definition] = [
    api.GET('/api/v1/tickets/{source}/{id}/explanation', {
      params: { path: { source, id } },
      fetch,
    }),
    ticketZone(fetch, url.searchParams.get('zone') ?? undefined),
    // Without its definition the metric is not found among the clocks, and nothing is lost.
    metric
      ? api.GET('/api/v1/metrics/{name}', { params: { path: { name: metric } }, fetch })
      : undefined,
  ];
  const all = Promise.all([ticket, zone, definition]).then(([ticket, zone, definition]) => ({
    ticket: unwrap(ticket),
    zone,
    definition: definition?.data?.definition,
  }));
  const clock = url.searchParams.get('clock');
  const face: Face | undefined = clock === 'business' || clock === 'calendar' ? clock : undefined;
  return { source, id, metric, variant, face, all: later(all) };
};
