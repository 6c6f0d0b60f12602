import { describe, expect, it } from 'vitest';
import { Following } from './following.svelte';

describe('a moving question', () => {
  it('is asked at once, then only the newest', async () => {
    const asked: number[] = [];
    const answers: ((value: number) => void)[] = [];
    const following = new Following<number, number>((question) => {
      asked.push(question);
      return new Promise((done) => answers.push(done));
    });
    [1, 2, 3, 4].forEach((question) => following.to(question));
    expect(asked).toEqual([1]);
    answers[0]?.(10);
    await Promise.resolve();
    await Promise.resolve();
    expect(following.value).toBe(10);
    expect(asked).toEqual([1, 4]);
    answers[1]?.(40);
    await Promise.resolve();
    await Promise.resolve();
    expect(following).toMatchObject({ value: 40, asked: 4, pending: false });
  });

  it('keeps the last value where the next one fails', async () => {
    const following = new Following<number, number>((question) =>
      question > 1 ? Promise.reject(new Error('no')) : Promise.resolve(question),
    );
    following.to(1);
    await new Promise((done) => setTimeout(done));
    following.to(2);
    await new Promise((done) => setTimeout(done));
    expect(following.value).toBe(1);
    expect(following.error).toBeInstanceOf(Error);
  });
});
