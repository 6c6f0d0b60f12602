/** What the desk takes where a question says nothing, as answers tell it. */
import type { Answer, Question } from '$lib/api/types';

class Desk {
  /** The zone of questions that name none; unknown until one was answered. */
  zone = $state<string>();

  /** Learns from a question and its answer. */
  learn(asked: Question, answer: Answer): void {
    if (!asked.zone) this.zone = answer.period.zone;
  }
}

export const desk = new Desk();
