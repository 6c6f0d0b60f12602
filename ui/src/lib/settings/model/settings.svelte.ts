/** Zone, week and targets of the desk while they are changed. */
import { refresh } from '$lib/live/refresh';
import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import type { Settings } from '$lib/api/types';
import { DESK } from '$lib/live/live.svelte';
import { Draft } from './draft.svelte';

class SettingsDraft extends Draft<Settings> {
  error = $state.raw<unknown>();
  saved = $state(false);

  async save(): Promise<void> {
    this.error = undefined;
    this.saved = false;
    try {
      if (!this.value) return;
      const body = $state.snapshot(this.value) as Settings;
      this.force(unwrap(await api.PUT('/api/v1/settings', { body })));
      this.saved = true;
      await refresh(DESK);
    } catch (error) {
      this.error = error;
    }
  }
}

export const settings = new SettingsDraft();
