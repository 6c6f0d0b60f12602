import { describe, expect, it } from 'vitest';
import { readScope } from '$lib/question/scope';
import { accountQuestions, contactQuestion } from './board';

const scope = readScope(new URLSearchParams('range=last 12 months&where=channel = email'));

describe('the page of a customer', () => {
  it('asks one batch about them, and the desk beside them', () => {
    const questions = accountQuestions(scope, 'account', 'Smith & Co');
    for (const question of questions.slice(0, 5))
      expect(question.where).toEqual(['channel = email', 'account = "Smith & Co"']);
    expect(questions[1].every).toBe('month');
    expect(questions.map(({ by }) => by?.[0])).toEqual([
      undefined,
      undefined,
      'product',
      'topic',
      'channel',
      undefined,
    ]);
    expect(questions[5].where).toEqual(['channel = email']);
  });

  it('looks for the last contact in all history', () => {
    expect(contactQuestion(scope, 'requester', 'ann')).toMatchObject({
      range: 'all',
      where: ['requester = ann'],
    });
  });
});
