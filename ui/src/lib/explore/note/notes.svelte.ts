/** What happened: releases, campaigns, incidents, as the charts over time show them. */
import { api } from '$lib/api/client';
import { ApiError, unwrap } from '$lib/api/problem';
import type { Annotation, NewAnnotation } from '$lib/api/types';

class Notes {
  all = $state.raw<Annotation[]>([]);
  /** Whether the server keeps annotations. */
  kept = $state(true);

  async load(): Promise<void> {
    try {
      this.all = unwrap(await api.GET('/api/v1/annotations')).annotations;
      this.kept = true;
    } catch (error) {
      this.kept = !(error instanceof ApiError && error.status === 404);
    }
  }

  async add(body: NewAnnotation): Promise<void> {
    unwrap(await api.POST('/api/v1/annotations', { body }));
    await this.load();
  }

  async remove(id: number): Promise<void> {
    const result = await api.DELETE('/api/v1/annotations/{id}', { params: { path: { id } } });
    if (!result.response.ok) unwrap(result as { response: Response });
    this.all = this.all.filter((one) => one.id !== id);
  }
}

export const notes = new Notes();
