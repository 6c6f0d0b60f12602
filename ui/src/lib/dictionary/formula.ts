/** Formulas in words, taken apart so that they can be set like formulas. */

export type Term = { text: string } | { sign: string };
export interface Formula {
  top: Term[];
  /** What is under the line of a fraction. */
  bottom?: Term[];
  /** What is said of all of it: `over tickets that are not done`. */
  rest?: string;
}

const SIGNS = /\s([−+×])\s/;

function terms(text: string): Term[] {
  return text
    .split(SIGNS)
    .map((part, at) => (at % 2 ? { sign: part } : { text: part.trim() }))
    .filter((term) => 'sign' in term || term.text);
}

/** Positions of ` / ` outside of brackets. */
function slashes(text: string): number[] {
  const found: number[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (depth === 0 && text.startsWith(' / ', at)) found.push(at);
  }
  return found;
}

const unwrapped = (text: string): string => (/^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text);

/** One division is a fraction; anything more involved stays a line. */
export function readFormula(text: string): Formula {
  const at = slashes(text);
  const [slash] = at;
  if (at.length === 1 && slash !== undefined) {
    const [top, below] = [text.slice(0, slash).trim(), text.slice(slash + 3).trim()];
    const comma = below.search(/, (?=among|over|of those|where)/);
    const bottom = comma < 0 ? below : below.slice(0, comma);
    return {
      top: terms(unwrapped(top)),
      bottom: terms(unwrapped(bottom)),
      ...(comma < 0 ? {} : { rest: below.slice(comma + 2) }),
    };
  }
  const comma = text.search(/, (?=among|over|of those|where)/);
  if (comma < 0) return { top: terms(text) };
  return { top: terms(text.slice(0, comma)), rest: text.slice(comma + 2) };
}
