import { live } from '$lib/live/live.svelte';
import { desk } from '$lib/question/desk.svelte';
import createClient from 'openapi-fetch';
import { ApiError, unwrap } from './problem';
import type { paths } from './schema';
import type { Answer, Drill, Outcome, Question, TicketPage } from './types';

/** The server behind the page. Everything asked of it goes through here. */
export const api = createClient<paths>({ baseUrl: '' });

type Fetch = typeof globalThis.fetch;

/** While events stream in, an answer of a second ago does, and many pages can share it. */
const headers = { 'Cache-Control': 'max-age=1' };

/** Tells the page which state of the desk an answer is of. */
function dated({ response }: { response: Response }): void {
  const generation = response.headers.get('Deskmeter-Generation');
  if (generation !== null) live.answered(Number(generation));
}

/** The answer to one of several questions, or why there is none. */
export type Asked = { answer: Answer; error?: undefined } | { answer?: undefined; error: ApiError };

/** Asks several questions in one request; each comes back with an outcome of its own. */
export async function askAll(fetch: Fetch, questions: Question[]): Promise<Asked[]> {
  if (questions.length === 0) return [];
  const result = await api.POST('/api/v1/questions', { body: questions as never, headers, fetch });
  dated(result);
  return (unwrap(result) as Outcome[]).map(({ answer, problem }, at) => {
    if (!answer) {
      return { error: new ApiError(problem?.status ?? 500, problem ?? { title: 'no answer' }) };
    }
    const asked = questions[at];
    if (asked) desk.learn(asked, answer);
    return { answer };
  });
}

/** Asks one question; a problem is an exception. */
export async function ask(fetch: Fetch, question: Question): Promise<Answer> {
  const result = await api.POST('/api/v1/questions', { body: question as never, headers, fetch });
  dated(result);
  const answer = unwrap(result) as Answer;
  desk.learn(question, answer);
  return answer;
}

/** The rows behind one cell of the answer to `question`. */
export async function rowsBehind(
  fetch: Fetch,
  question: Question,
  cell: Partial<Drill>,
): Promise<TicketPage> {
  const body = { question, cell } as never;
  return unwrap(await api.POST('/api/v1/questions/tickets', { body, fetch }));
}

/**
 * Lets a promise be returned from `load` without being awaited: whoever shows it handles its
 * failure, and until then it is not an unhandled one.
 */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
