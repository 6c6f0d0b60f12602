/** Where in the policies an issue is, as people would say it. */
import type { Policies } from '$lib/api/types';

/** `sla[1].versions[0].targets.first_reply` → `standard › v1 › targets › first_reply`. */
export function placeWords(place: string, policies: Policies): string {
  const words: string[] = [];
  let at: unknown = policies;
  for (const [, name, index] of place.matchAll(/([A-Za-z_0-9]+)|\[(\d+)\]/g)) {
    if (index !== undefined) {
      at = (at as unknown[] | undefined)?.[Number(index)];
      const called = (at as { name?: string } | undefined)?.name;
      words.push(called ?? String(Number(index) + 1));
    } else if (name !== undefined) {
      at = (at as Record<string, unknown> | undefined)?.[name];
      if (!Array.isArray(at) || words.length > 0) words.push(name.replaceAll('_', ' '));
    }
  }
  return words.filter((word) => word !== 'versions').join(' › ');
}

/** The section of the settings where it can be mended. */
export function placeHref(place: string): string {
  if (place.startsWith('sla')) return '/settings/sla';
  if (place.startsWith('calendars') || place === 'default_calendar') return '/settings/calendars';
  return '/settings/sessions';
}
