/** The present, for words such as `3 minutes ago`; it moves every half minute. */
class Present {
  at = $state(Date.now());

  /** Lets it move until the returned function is called. */
  start(): () => void {
    this.at = Date.now();
    const timer = setInterval(() => (this.at = Date.now()), 30_000);
    return () => clearInterval(timer);
  }
}

export const present = new Present();
