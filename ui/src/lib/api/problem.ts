import type { Problem } from './types';

/** A request that was not answered, with what the server had to say about it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
  }

  /** What to do about it, if the server knows. */
  get hint(): string | undefined {
    return this.problem.hint ?? undefined;
  }
}

/** Whether the server could not be reached at all. */
export const unreachable = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof ApiError && error.status === 0);

/** The data of an `openapi-fetch` result, or its problem as an exception. */
export function unwrap<T>(result: { data?: T; error?: unknown; response: Response }): T {
  if (result.response.ok && result.error === undefined) return result.data as T;
  throw new ApiError(result.response.status, (result.error ?? {}) as Partial<Problem>);
}
