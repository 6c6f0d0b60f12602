import type { scope as en } from '../en/scope';

export const scope: Record<keyof typeof en, string> = {
  'scope.title': 'Zeitraum, Filter und Zone',
  'scope.change': 'Ändern, wovon die Zahlen handeln: {what}',
  'scope.done': 'Anzeigen',
  'scope.short.compare': 'vgl.',
  'scope.short.clock': 'Uhr',
  'scope.short.zone': 'Zone',
  'scope.vs.previous_period': 'vgl. davor',
  'scope.vs.same_period_last_year': 'vgl. Vorjahr',
  'scope.zone.desk': '{zone} (Desk)',
  'scope.filter.some': '{n, plural, one {# Filter} other {# Filter}}',
  'scope.filter.none': 'Nichts dieses Namens',
  'scope.range.swap': 'Ganze Tage in der gewählten Zone; beide zählen mit.',
};
