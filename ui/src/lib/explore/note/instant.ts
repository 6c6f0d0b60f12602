/** Local times as instants. */

/** The instant (RFC 3339) of a local day or time in a zone; one that a change of clocks skips comes after it. */
export function instantOf(local: string, zone: string): string {
  const wanted = Date.parse(`${local.length <= 10 ? `${local}T00:00` : local}Z`);
  let at = wanted - offset(wanted, zone);
  at = wanted - offset(at, zone);
  return new Date(at).toISOString();
}

/** The first moment after a local day. */
export function endOf(day: string, zone: string): string {
  const next = new Date(Date.parse(`${day.slice(0, 10)}T00:00Z`) + 86_400_000);
  return instantOf(next.toISOString().slice(0, 10), zone);
}

/** How far a zone is ahead of UTC at an instant, in milliseconds. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(at));
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(at / 1000) * 1000;
}
