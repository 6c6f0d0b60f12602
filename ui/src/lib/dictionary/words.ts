/** Words of a definition: kinds, tables, statistics, clocks, instants. */
import { i18n } from '$lib/i18n/i18n.svelte';

type What = 'kind' | 'stat' | 'clock' | 'moment';

const PREFIX: Record<What, string> = {
  kind: 'dictionary.kind',
  stat: 'cell.stat',
  clock: 'scope.clock',
  moment: 'dictionary.moment',
};

/** Several names of one kind in words, the first being the default. */
export const listed = (what: What, names: string[]): string =>
  names.map((name) => i18n.maybe(`${PREFIX[what]}.${name}`, name.replaceAll('_', ' '))).join(', ');

/** What the rows of a table are. */
export const tableTitle = (table: string): string => i18n.maybe(`dictionary.table.${table}`, table);
