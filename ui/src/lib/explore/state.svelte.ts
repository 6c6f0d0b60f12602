/** What Explore shows. The address is the only truth; every edit goes there. */
import { goto } from '$app/navigation';
import type { Question } from '$lib/api/types';
import { readAsked, writeAsked, type Asked } from './asked';
import { readView, writeView, type View } from './view';

/** Edits of the same thing within this time are one step of the history. */
const TOGETHER_MS = 1_500;

type Go = (href: string, replace: boolean) => unknown;

const browse: Go = (href, replaceState) =>
  goto(href, { keepFocus: true, noScroll: true, replaceState });

export class Composer {
  #params: () => URLSearchParams;
  #go: Go;
  #last = { what: '', at: 0 };

  view = $derived.by(() => readView(this.#params()));
  question = $derived(this.view.question);
  metrics = $derived(this.question.metrics.map(readAsked));

  constructor(params: () => URLSearchParams, go: Go = browse) {
    this.#params = params;
    this.#go = go;
  }

  /** Changes parts of the question; parts given as undefined are taken away. */
  ask(parts: Partial<Question>, view: Partial<View> = {}): void {
    const question = Object.fromEntries(
      Object.entries({ ...this.question, ...parts }).filter(([, value]) => !empty(value)),
    ) as unknown as Question;
    this.#to(Object.keys(parts).join(), { ...this.view, ...view, question });
  }

  /** Changes how the answer is drawn. */
  draw(view: Partial<Omit<View, 'question'>>): void {
    this.#to(Object.keys(view).join(), { ...this.view, ...view });
  }

  /** Replaces one metric, or takes it away. */
  metric(at: number, asked: Asked | undefined): void {
    const metrics = this.metrics.flatMap((one, position) =>
      position === at ? (asked ? [asked] : []) : [one],
    );
    if (metrics.length) this.ask({ metrics: metrics.map(writeAsked) });
  }

  /** Adds a metric, or takes it away where it is asked for already. */
  toggle(name: string): void {
    const kept = this.metrics.filter(({ metric }) => metric !== name);
    const metrics = kept.length < this.metrics.length ? kept : [...kept, { metric: name }];
    if (metrics.length) this.ask({ metrics: metrics.map(writeAsked) });
  }

  #to(what: string, view: View): void {
    const now = Date.now();
    const again = what === this.#last.what && now - this.#last.at < TOGETHER_MS;
    this.#last = { what, at: now };
    void this.#go(writeView(view), again);
  }
}

function empty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}
