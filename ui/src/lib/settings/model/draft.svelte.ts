/** Something that is being changed, beside what it was. */
export class Draft<T> {
  value = $state<T>();
  #base = $state.raw<string>();

  dirty = $derived(this.value !== undefined && JSON.stringify(this.value) !== this.#base);

  /** Takes what the server has, unless changes would be lost. */
  adopt(value: T): void {
    if (!this.dirty) this.force(value);
  }

  /** Takes it in any case. */
  force(value: T): void {
    this.#base = JSON.stringify(value);
    this.value = JSON.parse(this.#base) as T;
  }

  /** Back to what it was. */
  reset(): void {
    if (this.#base !== undefined) this.value = JSON.parse(this.#base) as T;
  }
}
