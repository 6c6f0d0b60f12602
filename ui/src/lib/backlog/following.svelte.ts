/** Answers that follow a moving question: the newest is always asked, those in between are skipped. */

export class Following<Q, A> {
  /** What was asked for the value shown. */
  asked = $state.raw<Q>();
  value = $state.raw<A>();
  error = $state.raw<unknown>();
  /** Whether a newer answer is on its way. */
  pending = $state(false);
  /** The same, read by no effect: asking must not depend on being answered. */
  #busy = false;
  #ask: (question: Q) => Promise<A>;
  #next: { question: Q } | undefined;

  constructor(ask: (question: Q) => Promise<A>) {
    this.#ask = ask;
  }

  /** Asks at once, or as soon as the question before has been answered. */
  to(question: Q): void {
    this.#next = { question };
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = this.pending = true;
    while (this.#next) {
      const { question } = this.#next;
      this.#next = undefined;
      try {
        this.value = await this.#ask(question);
        this.asked = question;
        this.error = undefined;
      } catch (error) {
        this.error = error;
      }
    }
    this.#busy = this.pending = false;
  }
}
