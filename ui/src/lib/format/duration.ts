/** Durations in words: the two largest units that matter. */
export interface Part {
  n: number;
  unit: 'd' | 'h' | 'min' | 's';
}

const DAY = 86_400;
const HOUR = 3_600;
const MINUTE = 60;

/** Splits seconds into at most two neighbouring units, rounded once, at the smaller. */
export function parts(seconds: number): Part[] {
  const whole = Math.abs(seconds);
  if (whole < 10) return [{ n: Math.round(whole * 10) / 10, unit: 's' }];
  if (whole < 59.5) return [{ n: Math.round(whole), unit: 's' }];
  if (whole < 10 * MINUTE - 0.5) return split(whole, MINUTE, 1, 'min', 's');
  if (whole < HOUR - 30) return [{ n: Math.round(whole / MINUTE), unit: 'min' }];
  if (whole < DAY - 30) return split(whole, HOUR, MINUTE, 'h', 'min');
  if (whole < 100 * DAY) return split(whole, DAY, HOUR, 'd', 'h');
  return [{ n: Math.round(whole / DAY), unit: 'd' }];
}

function split(
  seconds: number,
  large: number,
  small: number,
  one: Part['unit'],
  two: Part['unit'],
): Part[] {
  const smalls = Math.round(seconds / small);
  const per = large / small;
  const first: Part = { n: Math.floor(smalls / per), unit: one };
  const rest = smalls % per;
  return rest === 0 ? [first] : [first, { n: rest, unit: two }];
}

/** Every unit down to the microsecond's digit: `1 d 02:03:04.5`. */
export function exactly(seconds: number): string {
  const sign = seconds < 0 ? '−' : '';
  const whole = Math.abs(seconds);
  const days = Math.floor(whole / DAY);
  const two = (n: number) => String(n).padStart(2, '0');
  const rest = whole - days * DAY;
  const fraction = Math.round((rest % 1) * 1e6);
  const clock = `${two(Math.floor(rest / HOUR))}:${two(Math.floor((rest % HOUR) / MINUTE))}:${two(Math.floor(rest % MINUTE))}`;
  const tail = fraction ? `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}` : '';
  return `${sign}${days ? `${days} d ` : ''}${clock}${tail}`;
}
