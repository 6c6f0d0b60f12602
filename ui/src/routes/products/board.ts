/** What the page of products asks, and its heat map from the answer. */
import type { Answer, Question } from '$lib/api/types';
import { within, type Scope } from '$lib/question/scope';
import { courseQuestion, totalQuestion, valuesQuestion, VOLUME } from '$lib/side/model/side';

/** So many topics are in the table and the heat map. */
export const TOPICS = 25;
const NONE = '(none)';

export function productQuestions(scope: Scope) {
  const named = { where: ['topic is not null'], limit: TOPICS };
  return [
    valuesQuestion(scope, 'product'),
    valuesQuestion(scope, 'topic', named),
    totalQuestion(scope),
    courseQuestion(scope, 'product'),
    courseQuestion(scope, 'topic', { where: ['topic is not null'] }),
    within(scope, { metrics: [VOLUME], by: ['product', 'topic'] }),
  ] as const satisfies Question[];
}

export interface Crossed {
  products: string[];
  topics: string[];
  /** By topic, then by product; undefined where they never meet. */
  counts: (number | undefined)[][];
  top?: { product: string; topic: string; n: number };
  /** The part of all tickets that name no topic. */
  without: number | undefined;
}

/** Topics against products, the most frequent first. */
export function crossed(answer: Answer, most = TOPICS): Crossed {
  const products = new Map<string, number>();
  const topics = new Map<string, number>();
  const cells = new Map<string, number>();
  let [all, none] = [0, 0];
  let top: Crossed['top'];
  for (const row of answer.rows) {
    const [product, topic] = [String(row.product), String(row.topic)];
    const n = row.cells[VOLUME]?.value ?? 0;
    all += n;
    if (topic === NONE) none += n;
    if (topic === NONE || product === NONE || n === 0) continue;
    products.set(product, (products.get(product) ?? 0) + n);
    topics.set(topic, (topics.get(topic) ?? 0) + n);
    cells.set(`${product}\n${topic}`, n);
    if (n > (top?.n ?? 0)) top = { product, topic, n };
  }
  const across = largest(products, most);
  const down = largest(topics, most);
  return {
    products: across,
    topics: down,
    counts: down.map((topic) => across.map((product) => cells.get(`${product}\n${topic}`))),
    top,
    without: all ? none / all : undefined,
  };
}

const largest = (counted: Map<string, number>, most: number): string[] =>
  [...counted]
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .slice(0, most)
    .map(([name]) => name);
