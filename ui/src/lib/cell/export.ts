/** The rows behind a cell as a file. */
import { api } from '$lib/api/client';
import { ApiError } from '$lib/api/problem';
import type { Drill, Problem, Question } from '$lib/api/types';
import { save } from '$lib/explore/share/export';

export type Format = 'csv' | 'parquet';

/** Has the server write every row as a file, and saves it. */
export async function download(
  question: Question,
  cell: Partial<Drill>,
  format: Format,
): Promise<void> {
  const { data, error, response } = await api.POST('/api/v1/questions/tickets/export', {
    params: { query: { format } },
    body: { question, cell } as never,
    parseAs: 'blob',
  });
  if (!response.ok) throw new ApiError(response.status, (error ?? {}) as Partial<Problem>);
  const head = response.headers.get('content-disposition') ?? '';
  save(data as Blob, /filename="?([^";]+)"?/.exec(head)?.[1] ?? `tickets.${format}`);
}
