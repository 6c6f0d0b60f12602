import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { PageLoad } from './$types';

/** The priorities that the desk uses, so that each can have a target. */
export const load: PageLoad = ({ fetch }) => {
  const asked = api.GET('/api/v1/dimensions/{name}/values', {
    fetch,
    params: { path: { name: 'priority' } },
  });
  return { priorities: later(asked.then(unwrap)) };
};
