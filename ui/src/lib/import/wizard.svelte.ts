/** An import on its way: the file, what its columns mean, what would happen, what happened. */
import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { Import, Imported, Upload } from '$lib/api/types';
import { live } from '$lib/live/live.svelte';
import { guessChannel, guessMeaning, guessStatus, type Meaning } from './mapping/meaning';
import { mappingText } from './mapping/mapping';
import { guessPlan, lacks, type Lack, type Part, type Plan } from './mapping/plan';
import { send } from './send';

export const STEPS = ['file', 'look', 'explain', 'check', 'import'] as const;
export type Step = (typeof STEPS)[number];

/** The values of a column over the whole file. */
export interface Found {
  values: { value: string; rows: number }[];
  complete: boolean;
}

const POLL_MS = 1_000;
const KEPT = 'deskmeter.import.';

export class Wizard {
  step = $state<Step>('file');
  sending = $state.raw<{ name: string; done: number; total: number }>();
  upload = $state.raw<Upload>();
  plan = $state<Plan>();
  /** The mapping as written by hand, which counts before the plan. */
  written = $state<string>();
  /** Name of the connection for events that need no mapping; empty = as the file says. */
  override = $state('');
  found = $state.raw<Record<string, Found>>({});
  report = $state.raw<Imported>();
  running = $state.raw<Import>();
  error = $state.raw<unknown>();
  busy = $state(false);
  #sending: AbortController | undefined;

  /** The column whose values have meanings. */
  judged = $derived(
    this.plan?.shape === 'events' ? this.plan.columns.what : this.plan?.columns.status,
  );

  values = $derived<Found | undefined>(this.judged ? this.found[this.judged] : undefined);

  lacks = $derived<Lack[]>(
    this.plan ? lacks(this.plan, this.values?.values.map(({ value }) => value) ?? []) : [],
  );

  mapping = $derived(this.written ?? (this.plan ? mappingText(this.plan) : ''));

  /** Whether leaving the page would lose something. */
  get underway(): boolean {
    return this.upload !== undefined && this.running === undefined;
  }

  /** Sends a file and looks at what is in it. */
  async take(file: File): Promise<void> {
    this.forget();
    this.#sending = new AbortController();
    this.sending = { name: file.name, done: 0, total: file.size };
    try {
      const upload = await send(
        file,
        (done, total) => (this.sending = { name: file.name, done, total }),
        this.#sending.signal,
      );
      this.upload = upload;
      if (!upload.canonical) this.begin();
      this.step = 'look';
    } catch (error) {
      if (!(error instanceof DOMException)) this.error = error;
    } finally {
      this.sending = undefined;
    }
  }

  /** Takes up an import that a reload of the page cut short. */
  async resume(id: string): Promise<void> {
    if (this.upload?.id === id) return;
    const { data } = await api.GET('/api/v1/uploads/{id}', { params: { path: { id } } });
    if (!data || this.upload) return;
    this.upload = data;
    if (!data.canonical) {
      const kept = sessionStorage.getItem(KEPT + id);
      this.begin();
      if (kept) this.#recall(JSON.parse(kept) as Plan);
    }
    this.step = 'look';
  }

  /** Keeps the answers for a reload. */
  keep(): void {
    if (this.upload && this.plan)
      sessionStorage.setItem(KEPT + this.upload.id, JSON.stringify(this.plan));
  }

  #recall(plan: Plan): void {
    const { meanings } = plan;
    this.plan = { ...plan, meanings: {} };
    void this.read().then(() => {
      if (this.plan) Object.assign(this.plan.meanings, meanings);
    });
  }

  /** Stops sending. */
  stop(): void {
    this.#sending?.abort();
  }

  /** Forgets the file, here and at the server. */
  forget(): void {
    const id = this.upload?.id;
    if (id && !this.running) {
      void api.DELETE('/api/v1/uploads/{id}', { params: { path: { id } } });
    }
    this.upload = this.plan = this.written = this.report = this.running = this.error = undefined;
    this.found = {};
    this.step = 'file';
  }

  /** Guesses everything anew, for rows of this shape. */
  begin(shape?: Plan['shape']): void {
    if (!this.upload) return;
    const before = this.plan;
    this.plan = guessPlan(this.upload, shape);
    if (before) Object.assign(this.plan, { source: before.source, zone: before.zone });
    void this.read();
    void this.channels();
  }

  /** Says that a column is this. */
  use(part: Part, column: string | undefined): void {
    const { plan } = this;
    if (!plan) return;
    plan.columns[part] = column;
    const form = this.upload?.columns.find(({ name }) => name === column)?.forms[0];
    if (column && form) plan.forms[column] ??= form;
    plan.fields = plan.fields.filter((name) => name !== column);
    if (part === 'what' || part === 'status') void this.read();
    if (part === 'channel') void this.channels();
  }

  /** Reads the values of the column that says what happened, and guesses what they mean. */
  async read(): Promise<void> {
    const { plan, judged: column } = this;
    if (!plan) return;
    plan.meanings = {};
    if (!column) return;
    const guess: (value: string) => Meaning | undefined =
      plan.shape === 'events' ? guessMeaning : guessStatus;
    const found = await this.#values(column);
    if (!found || this.plan !== plan || this.judged !== column) return;
    for (const { value } of found.values) {
      const meaning = guess(value);
      if (meaning && !plan.meanings[value]) plan.meanings[value] = meaning;
    }
  }

  async channels(): Promise<void> {
    const { plan } = this;
    const column = plan?.columns.channel;
    if (!plan) return;
    plan.channels = {};
    const found = column ? await this.#values(column) : undefined;
    for (const { value } of found?.values ?? []) {
      const channel = guessChannel(value);
      if (channel) plan.channels[value] = channel;
    }
  }

  async #values(column: string): Promise<Found | undefined> {
    const id = this.upload?.id;
    if (!id || this.found[column]) return this.found[column];
    try {
      const result = await api.GET('/api/v1/uploads/{id}/values', {
        params: { path: { id }, query: { column } },
      });
      const found = unwrap(result) as Found;
      this.found = { ...this.found, [column]: found };
      return found;
    } catch (error) {
      this.error = error;
      return undefined;
    }
  }

  /** Asks what would happen. */
  async check(): Promise<void> {
    this.report = undefined;
    this.step = 'check';
    const answer = await this.#import(true);
    if (answer && 'report' in answer) this.report = answer as Imported;
  }

  /** Imports, and listens how far it got until it is over. */
  async start(): Promise<void> {
    const answer = await this.#import(false);
    if (!answer || !('import' in answer)) return;
    this.step = 'import';
    await this.follow(answer.import);
  }

  /** Follows an import by what the server says of itself, and by asking, should that fail. */
  async follow(id: number): Promise<void> {
    const heard = (data: unknown) => {
      if ((data as Import).id === id) this.running = data as Import;
    };
    const off = live.on('import', heard);
    try {
      do {
        const found = await api.GET('/api/v1/imports/{id}', { params: { path: { id } } });
        if (this.running?.state !== 'done') heard(unwrap(found));
        if (this.running?.state === 'running') {
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
      } while (this.running?.state === 'running');
    } catch (error) {
      this.error = error;
    } finally {
      off();
    }
  }

  async #import(dry_run: boolean) {
    const { upload } = this;
    if (!upload) return undefined;
    this.busy = true;
    this.error = undefined;
    try {
      const source = (this.plan ? this.plan.source : this.override).trim() || null;
      const result = await api.POST('/api/v1/uploads/{id}/import', {
        params: { path: { id: upload.id } },
        body: { mapping: upload.canonical ? null : this.mapping, source, dry_run },
      });
      return unwrap(result);
    } catch (error) {
      this.error = error;
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}
