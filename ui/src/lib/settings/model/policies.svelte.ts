/** The policies while they are changed: checked, saved, and computed again. */
import { refresh } from '$lib/live/refresh';
import { api } from '$lib/api/client';
import { ApiError, unwrap } from '$lib/api/problem';
import type { InForce, Issue, Policies, Rebuild } from '$lib/api/types';
import { DESK, live } from '$lib/live/live.svelte';
import { Draft } from './draft.svelte';

const POLL_MS = 1_000;

class PoliciesDraft extends Draft<Policies> {
  issues = $state.raw<Issue[]>([]);
  #sound = $state.raw<string>();
  /** Whether the draft as it stands was found sound. */
  sound = $derived(this.#sound !== undefined && JSON.stringify(this.value) === this.#sound);
  error = $state.raw<unknown>();
  busy = $state(false);
  rebuild = $state.raw<Rebuild>();

  take(found: InForce): void {
    this.adopt(found.policies as Policies);
  }

  /** What is wrong at a place, or below it. */
  at(place: string): Issue[] {
    return this.issues.filter(
      (issue) =>
        issue.place === place ||
        issue.place.startsWith(`${place}.`) ||
        issue.place.startsWith(`${place}[`),
    );
  }

  /** Asks whether the draft could be used; says so. */
  async check(): Promise<boolean> {
    return (await this.#put(true)) !== undefined;
  }

  /** Puts the draft in force, and waits until every ticket is computed again. */
  async save(): Promise<boolean> {
    const began = await this.#put(false);
    if (began === undefined || !this.value) return false;
    this.force($state.snapshot(this.value) as Policies);
    await this.follow();
    return true;
  }

  /** Follows a rebuild that runs, if one does. */
  async follow(): Promise<void> {
    const off = live.on('rebuild', (data) => (this.rebuild = data as Rebuild));
    try {
      do {
        this.rebuild = unwrap(await api.GET('/api/v1/rebuild'));
        if (this.rebuild.state === 'running') {
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
      } while (this.rebuild.state === 'running');
      await refresh(DESK);
    } catch (error) {
      this.error = error;
    } finally {
      off();
    }
  }

  async #put(dry: boolean): Promise<unknown> {
    this.busy = true;
    this.error = undefined;
    this.issues = [];
    this.#sound = undefined;
    try {
      if (!this.value) return undefined;
      const body = $state.snapshot(this.value) as Policies;
      const params = { query: { dry_run: dry } };
      const answer: unknown = unwrap(await api.PUT('/api/v1/policies', { params, body }));
      this.#sound = JSON.stringify(body);
      return answer ?? {};
    } catch (error) {
      const issues = error instanceof ApiError ? error.problem.issues : undefined;
      if (issues?.length) this.issues = issues;
      else this.error = error;
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}

export const policies = new PoliciesDraft();
