import { api, later } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { PRIVACY } from '$lib/privacy/privacy';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ fetch, depends }) => {
  depends(PRIVACY);
  return {
    retention: later(api.GET('/api/v1/retention', { fetch }).then(unwrap)),
    erasures: later(api.GET('/api/v1/erasures', { fetch }).then(unwrap)),
    backups: later(api.GET('/api/v1/backups', { fetch }).then(unwrap)),
  };
};
