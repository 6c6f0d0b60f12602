/** What the numbers should reach. */
import { api } from '$lib/api/client';
import type { Targets } from './model/tile';

/** The targets set for this desk; none where they cannot be read, since the numbers matter more. */
export async function targets(fetch: typeof globalThis.fetch): Promise<Targets> {
  const { data } = await api.GET('/api/v1/settings', { fetch }).catch(() => ({ data: undefined }));
  return data?.targets ?? {};
}
