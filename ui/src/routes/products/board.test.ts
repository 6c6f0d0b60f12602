import { describe, expect, it } from 'vitest';
import type { Answer } from '$lib/api/types';
import { readScope } from '$lib/question/scope';
import { crossed, productQuestions } from './board';

describe('the page of products', () => {
  it('asks one batch', () => {
    const questions = productQuestions(readScope(new URLSearchParams()));
    expect(questions.map(({ by }) => by?.join())).toEqual([
      'product',
      'topic',
      undefined,
      'product',
      'topic',
      'product,topic',
    ]);
  });

  it('crosses products with topics, the most frequent first', () => {
    const cell = (product: string, topic: string, n: number) => ({
      product,
      topic,
      cells: { volume: { value: n, n } },
    });
    const rows = [
      cell('App', 'crash', 5),
      cell('App', 'login', 2),
      cell('Shop', 'login', 4),
      cell('Shop', '(none)', 9),
    ];
    const found = crossed({ rows } as unknown as Answer);
    expect(found.products).toEqual(['App', 'Shop']);
    expect(found.topics).toEqual(['login', 'crash']);
    expect(found.counts).toEqual([
      [2, 4],
      [5, undefined],
    ]);
    expect(found.top).toEqual({ product: 'App', topic: 'crash', n: 5 });
    expect(found.without).toBeCloseTo(0.45);
    expect(crossed({ rows: [] } as unknown as Answer).without).toBeUndefined();
  });
});
