import { expect, it } from 'vitest';
import type { Policies } from '$lib/api/types';
import { placeHref, placeWords } from './place';

const policies = {
  calendars: [{ name: 'berlin', zone: 'Europe/Berlin', versions: [] }],
  sla: [{ name: 'gold', versions: [{ name: 'v1', targets: {} }] }],
} as unknown as Policies;

it.each([
  ['sla[0].versions[0].targets.first_reply', 'gold › v1 › targets › first reply', '/settings/sla'],
  ['calendars[0].versions[1].holidays[2]', 'berlin › 2 › holidays › 3', '/settings/calendars'],
  ['default_calendar', 'default calendar', '/settings/calendars'],
  ['sessions.gap_minutes', 'sessions › gap minutes', '/settings/sessions'],
])('%s is said as %s', (place, words, href) => {
  expect(placeWords(place, policies)).toBe(words);
  expect(placeHref(place)).toBe(href);
});
