/** What the server knows of metrics and dimensions, read once, when it is first needed. */
import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { Description, Metric, Question, VariantDescription } from '$lib/api/types';
import { SvelteMap } from 'svelte/reactivity';
import { readAsked, type Asked } from './asked';
import type { Nature } from './choice';

class Catalogue {
  #descriptions = new SvelteMap<string, Description>();
  #wanted: Record<string, true> = {};
  /** Names of all dimensions, the usual first. */
  dimensions = $state.raw<string[]>([]);

  /** The description of a metric; asks for it where it is not there yet. */
  of(name: string): Description | undefined {
    return this.#descriptions.get(name);
  }

  /** Reads the descriptions of some metrics. */
  want(names: string[]): void {
    for (const name of names) {
      if (this.#wanted[name]) continue;
      this.#wanted[name] = true;
      const asked = api.GET('/api/v1/metrics/{name}', { params: { path: { name } } });
      asked
        .then(
          (result) => this.#descriptions.set(name, unwrap(result)),
          () => undefined,
        )
        .catch(() => undefined);
    }
  }

  /** Reads which dimensions there are. */
  async list(): Promise<void> {
    if (this.dimensions.length) return;
    const result = await api.GET('/api/v1/dimensions');
    const names = unwrap(result).dimensions.map(({ name }) => name);
    const plain = names.filter((name) => !name.includes('NAME'));
    this.dimensions = plain.flatMap((name) =>
      ['group', 'agent', 'priority'].includes(name) ? [name, `current.${name}`] : [name],
    );
  }

  /** The variant that a metric is asked in. */
  variant({ metric, variant }: Asked): VariantDescription | undefined {
    const all = this.of(metric)?.variants;
    return variant ? all?.find(({ name }) => name === variant) : all?.[0];
  }

  /** How the values of the question's metrics are formed. */
  natures(question: Question, metrics: Metric[]): Nature[] {
    return question.metrics.map(readAsked).flatMap((asked) => {
      const listed = metrics.find(({ name }) => name === asked.metric);
      if (!listed) return [];
      return [{ kind: this.variant(asked)?.kind ?? listed.kind, unit: listed.unit }];
    });
  }
}

export const catalogue = new Catalogue();
