/** Imports so far, newest first. */
import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { ImportPage } from '$lib/api/types';

export async function readImports(
  fetch: typeof globalThis.fetch,
  query: { limit: number; cursor?: number },
): Promise<ImportPage> {
  const result = await api.GET('/api/v1/imports', { fetch, params: { query } });
  return unwrap(result as { data?: unknown; response: Response }) as ImportPage;
}
