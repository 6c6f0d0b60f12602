/** Which rows of the quarantine are looked at; it lives in the URL. */
export interface Filter {
  reason?: string;
  source?: string;
  import?: number;
}

export function readFilter(params: URLSearchParams): Filter {
  const filter: Filter = {};
  const reason = params.get('reason');
  const source = params.get('source');
  const number = Number(params.get('import'));
  if (reason) filter.reason = reason;
  if (source) filter.source = source;
  if (Number.isInteger(number) && number > 0) filter.import = number;
  return filter;
}

/** The address of the quarantine with this filter. */
export function quarantineHref(filter: Filter): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `/sources/quarantine?${text}` : '/sources/quarantine';
}
