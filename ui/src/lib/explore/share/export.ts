/** The answer as a file. */
import { api } from '$lib/api/client';
import { ApiError } from '$lib/api/problem';
import type { Problem, Question } from '$lib/api/types';
import { t } from '$lib/i18n/i18n.svelte';

/** Has the server write the answer to `question` as a file, and saves it. */
export async function exportAnswer(question: Question, format: 'csv' | 'parquet'): Promise<void> {
  const { data, error, response } = await api.POST('/api/v1/questions/export', {
    params: { query: { format } },
    body: question as never,
    parseAs: 'blob',
  });
  if (response.status === 404 || response.status === 405)
    throw new Error(t('explore.export.missing'));
  if (!response.ok) throw new ApiError(response.status, (error ?? {}) as Partial<Problem>);
  save(data as Blob, named(response) ?? `answer.${format}`);
}

const named = (response: Response): string | undefined =>
  /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '')?.[1];

/** Lets the browser save something under a name. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
