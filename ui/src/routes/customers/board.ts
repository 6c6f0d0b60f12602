/** Which customers are listed: by what, in which order, how many, whom. */
import type { Answer, Question } from '$lib/api/types';
import type { Scope } from '$lib/question/scope';
import { quoted } from '$lib/question/url';
import { totalQuestion, valuesQuestion } from '$lib/side/model/side';

/** So many at first, and so many more at each press. */
export const PAGE = 50;
/** Beyond this, search is the better way. */
export const MOST = 500;

/** Whom customers are counted by: their organisation, or the person who wrote. */
export const KINDS = ['account', 'requester'] as const;
export type Kind = (typeof KINDS)[number];

export const ORDERS = ['-volume', '-first', '-resolution', 'csat', 'sla', 'account'] as const;
export type Order = (typeof ORDERS)[number];

export interface Listing {
  /** What was asked for; undefined = organisations, or people where there are none. */
  kind: Kind | undefined;
  order: Order;
  limit: number;
  find: string;
}

export function readListing(params: URLSearchParams): Listing {
  const kind = params.get('by');
  const order = params.get('order');
  const limit = Number(params.get('show'));
  return {
    kind: KINDS.find((known) => known === kind),
    order: ORDERS.find((known) => known === order) ?? '-volume',
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, MOST) : PAGE,
    find: params.get('find')?.trim() ?? '',
  };
}

/** Two questions; `names` are those found by a search, without which all are meant. */
export function customerQuestions(
  scope: Scope,
  { order, limit }: Listing,
  kind: Kind,
  names?: string[],
): [Question, Question] {
  const where = [
    `${kind} is not null`,
    ...(names ? [`${kind} in (${names.map(quoted).join(', ')})`] : []),
  ];
  const by = order === 'account' ? kind : order;
  // One more than is shown tells whether there are more.
  return [
    valuesQuestion(scope, kind, { where, order: [by], limit: limit + 1 }),
    totalQuestion(scope),
  ];
}

/** Whether an answer names any customer at all. */
export const named = (answer: Answer | undefined, kind: Kind): boolean =>
  !!answer?.rows.some((row) => row[kind] !== '(none)');
