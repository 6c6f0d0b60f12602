/** The newest value of a promise that is replaced again and again. */

/**
 * Keeps showing the last value while the next one is fetched or has failed, so that a live page
 * neither flickers nor jumps. To be made while a component is initialised.
 */
export class Latest<T> {
  value = $state.raw<T>();
  error = $state.raw<unknown>();
  pending = $state(true);

  constructor(promise: () => Promise<T>) {
    $effect(() => {
      let current = true;
      this.pending = true;
      promise().then(
        (value) => {
          if (!current) return;
          this.value = value;
          this.error = undefined;
          this.pending = false;
        },
        (error: unknown) => {
          if (!current) return;
          this.error = error;
          this.pending = false;
        },
      );
      return () => {
        current = false;
      };
    });
  }
}
