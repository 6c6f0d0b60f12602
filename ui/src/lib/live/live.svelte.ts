/** Hears from the server when its data change, and has the page's numbers read again. */
import { refresh } from '$lib/live/refresh';
import type { Rebuild } from '$lib/api/types';

/** What every load function whose data can change depends on. */
export const DESK = 'desk:data';

/** What depends on calendars and SLA policies alone. */
export const POLICIES = 'desk:policies';

/** At most one reading again in this many milliseconds, however many events come in. */
const PAUSE_MS = 400;

/** When an answer that is behind what we heard is asked for again, in milliseconds. */
const BEHIND_MS = 1_000;

type Name = 'import' | 'rebuild';
type Listener = (data: unknown) => void;

class Live {
  state = $state<'connecting' | 'live' | 'offline'>('connecting');
  /** When we last heard from the server, in milliseconds. */
  heardAt = $state(Date.now());
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting = false;
  #heard = 0;
  #listeners: Record<Name, Listener[]> = { import: [], rebuild: [] };

  /** Connects; the browser reconnects by itself and tells the server what it heard last. */
  start(): () => void {
    const source = new EventSource('/api/v1/live');
    this.#source = source;
    source.onopen = () => {
      // What was missed while away is read now.
      if (this.state === 'offline') this.#soon();
      this.state = 'live';
      this.heardAt = Date.now();
    };
    source.onerror = () => {
      this.state = 'offline';
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#again(), 3_000);
    };
    source.addEventListener('hello', (event) => this.#hear(event));
    source.addEventListener('change', (event) => {
      this.#hear(event);
      this.heardAt = Date.now();
      this.#soon();
    });
    for (const name of ['import', 'rebuild'] as const) {
      source.addEventListener(name, (event) => {
        const data: unknown = JSON.parse(event.data);
        for (const listener of this.#listeners[name]) listener(data);
        if (name === 'rebuild' && (data as Rebuild).state === 'done') void refresh(POLICIES);
      });
    }
    document.addEventListener('visibilitychange', this.#shown);
    return () => {
      source.close();
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', this.#shown);
    };
  }

  /** Hears of the progress of imports or of a rebuild until the returned function is called. */
  on(name: Name, listener: Listener): () => void {
    this.#listeners[name].push(listener);
    return () => {
      this.#listeners[name] = this.#listeners[name].filter((other) => other !== listener);
    };
  }

  /** Told of each answer: one that is older than what we heard is asked for again. */
  answered(generation: number): void {
    if (generation < this.#heard) this.#soon(BEHIND_MS);
  }

  #hear(event: MessageEvent<string>): void {
    this.#heard = (JSON.parse(event.data) as { generation: number }).generation;
  }

  #again(): void {
    if (this.#source?.readyState === EventSource.CLOSED) this.start();
  }

  #shown = (): void => {
    if (!document.hidden && this.#waiting) this.#soon();
  };

  #soon(pause = PAUSE_MS): void {
    // A page that nobody looks at asks nothing; it catches up when it is shown again.
    this.#waiting = true;
    if (document.hidden || this.#timer !== undefined) return;
    this.#timer = setTimeout(async () => {
      this.#waiting = false;
      await refresh(DESK);
      this.#timer = undefined;
      if (this.#waiting) this.#soon();
    }, pause);
  }
}

export const live = new Live();
