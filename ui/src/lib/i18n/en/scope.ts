/** Words of the bar above the page: period, comparison, filters, zone. */
export const scope = {
  'scope.title': 'Period, filters and zone',
  'scope.change': 'Change what the numbers are about: {what}',
  'scope.done': 'Show',
  'scope.short.compare': 'vs',
  'scope.short.clock': 'Clock',
  'scope.short.zone': 'Zone',
  'scope.vs.previous_period': 'vs period before',
  'scope.vs.same_period_last_year': 'vs last year',
  'scope.zone.desk': '{zone} (the desk’s)',
  'scope.filter.some': '{n, plural, one {# filter} other {# filters}}',
  'scope.filter.none': 'Nothing by that name',
  'scope.range.swap': 'Days are whole and in the zone chosen; both are counted.',
} as const;
