/** The address of this page with one parameter changed, or taken away. */
export function withParam(
  params: URLSearchParams,
  name: string,
  value: string | undefined,
): string {
  const changed = new URLSearchParams(params);
  if (value) changed.set(name, value);
  else changed.delete(name);
  return `?${changed}`;
}

/** An address with a parameter more. */
export function plusParam(href: string, name: string, value: string): string {
  return `${href}${href.includes('?') ? '&' : '?'}${new URLSearchParams({ [name]: value })}`;
}
