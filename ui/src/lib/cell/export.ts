/** The rows behind a cell as a file. */
import { ApiError } from '$lib/api/problem';
import type { Drill, Problem, Question } from '$lib/api/types';

export type Format = 'csv' | 'parquet';

/** Asks for the file and hands it to the browser to keep. */
export async function download(
  question: Question,
  cell: Partial<Drill>,
  format: Format,
): Promise<void> {
  const response = await fetch(`/api/v1/questions/tickets/export?format=${format}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question, cell }),
  });
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    throw new ApiError(response.status, problem);
  }
  const named = /filename="?([^";]+)"?/.exec(
    response.headers.get('content-disposition') ?? '',
  )?.[1];
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = named ?? `tickets.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
}
