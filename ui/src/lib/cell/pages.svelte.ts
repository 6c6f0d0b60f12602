/** Rows behind a cell, fetched page by page as they are looked at. */
import type { TicketPage, TicketRow } from '$lib/api/types';
import { SvelteMap } from 'svelte/reactivity';

export const PAGE = 200;

interface Page {
  rows: TicketRow[];
  /** Which news it is from; older ones are shown until they are fetched again. */
  news: number;
}

export class Pages {
  n = $state(0);
  tickets = $state(0);
  error = $state.raw<unknown>();
  #pages = new SvelteMap<number, Page>();
  #news = 0;
  /** By page: the news for which it was asked for last. */
  #asked: number[] = [];
  #seen: [number, number] = [0, 0];
  #ask: (offset: number) => Promise<TicketPage>;

  constructor(ask: (offset: number) => Promise<TicketPage>) {
    this.#ask = ask;
  }

  /** A row, if it is there yet. */
  row(at: number): TicketRow | undefined {
    return this.#pages.get(Math.floor(at / PAGE))?.rows[at % PAGE];
  }

  /** Takes a first page as news: what is looked at is fetched anew, the rest when it is needed. */
  renew(first: TicketPage): void {
    this.#news += 1;
    this.n = first.n;
    this.tickets = first.tickets;
    this.error = undefined;
    this.#pages.set(0, { rows: first.rows, news: this.#news });
    this.#asked = [this.#news];
    const last = Math.floor(Math.max(0, first.n - 1) / PAGE);
    for (const page of [...this.#pages.keys()]) if (page > last) this.#pages.delete(page);
    this.want(...this.#seen);
  }

  /** Fetches what is missing of the rows `from` to `to`. */
  want(from: number, to: number): void {
    this.#seen = [from, to];
    const last = Math.floor(Math.min(to, Math.max(0, this.n - 1)) / PAGE);
    for (let page = Math.floor(from / PAGE); page <= last; page += 1) void this.#fetch(page);
  }

  async #fetch(page: number): Promise<void> {
    const news = this.#news;
    if (this.#pages.get(page)?.news === news || this.#asked[page] === news) return;
    this.#asked[page] = news;
    try {
      const { rows } = await this.#ask(page * PAGE);
      if (news !== this.#news) return;
      this.#pages.set(page, { rows, news });
      this.error = undefined;
    } catch (error) {
      this.#asked[page] = 0;
      this.error = error;
    }
  }
}
