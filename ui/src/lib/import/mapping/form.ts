/** Forms of dates as people call them, and what a sample says when read in one. */

const NAMES: Record<string, string> = {
  Y: 'YYYY',
  y: 'YY',
  m: 'MM',
  d: 'DD',
  H: 'hh',
  I: 'hh',
  M: 'mm',
  S: 'ss',
  f: 'fff',
  b: 'Mon',
  B: 'Month',
  p: 'am/pm',
  z: '±hhmm',
  e: 'D',
};

/** A pattern in letters that people know: `%d/%m/%Y %H:%M` is `DD/MM/YYYY hh:mm`. */
export function formWords(form: string): string {
  return form
    .replace(/%\.f/g, '.fff')
    .replace(/%-?([A-Za-z])/g, (whole, letter: string) => NAMES[letter] ?? whole);
}

const PARTS: Record<string, string> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{1,2})',
  b: '(?<b>\\p{L}{3})\\p{L}*',
  B: '(?<b>\\p{L}{3})\\p{L}*',
  d: '(?<d>\\d{1,2})',
  e: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  I: '(?<H>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  p: '(?<p>[AaPp])\\.?[Mm]\\.?',
  f: '\\d+',
};

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';
const PER_EPOCH: Record<string, number> = { epoch: 1000, epoch_ms: 1, epoch_us: 0.001 };
const ISO = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?/;

/**
 * A sample read in a form, as an instant of no zone; `undefined` where this page can't read it,
 * which says nothing about whether the server can.
 */
export function readAs(form: string, sample: string): Date | undefined {
  if (form === 'iso') {
    const [, ...numbers] = ISO.exec(sample) ?? [];
    return utc(numbers.map((text) => Number(text ?? 0)));
  }
  const per = PER_EPOCH[form];
  if (per) return /^\d+$/.test(sample) ? new Date(Number(sample) * per) : undefined;
  const pattern = form
    .replace(/%\.f/g, '(?:\\.\\d+)?')
    .replace(/%-?([A-Za-z])/g, (_, letter: string) => PARTS[letter] ?? '\\S+');
  const found = safe(pattern)?.exec(sample)?.groups;
  if (!found) return undefined;
  const year = found.Y ? Number(found.Y) : 2000 + Number(found.y);
  const month = found.b ? MONTHS.indexOf(found.b.toLowerCase()) / 3 + 1 : Number(found.m);
  return utc([
    year,
    month,
    Number(found.d),
    hourOf(found),
    Number(found.M ?? 0),
    Number(found.S ?? 0),
  ]);
}

function hourOf({ H, p }: Record<string, string>): number {
  const hour = Number(H ?? 0);
  return p ? (hour % 12) + (/p/i.test(p) ? 12 : 0) : hour;
}

function safe(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^${pattern}$`, 'u');
  } catch {
    return undefined;
  }
}

function utc([year, month = 1, day = 1, hour, minute, second]: number[]): Date | undefined {
  if (year === undefined) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour ?? 0, minute ?? 0, second ?? 0));
  return date.getUTCMonth() === month - 1 ? date : undefined;
}

/** Whether two of the forms that fit differ in which number is the day. */
export const doubtful = (forms: string[]): boolean =>
  forms.some((form) => form.startsWith('%d')) && forms.some((form) => form.startsWith('%m'));
