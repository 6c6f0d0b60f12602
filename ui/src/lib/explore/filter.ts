/** A filter taken apart, so that it can be edited by pressing. */
import { quoted } from '$lib/question/url';

export const OPERATORS = ['in', 'not in', 'is null', 'is not null', '<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Filter {
  dimension: string;
  operator: Operator;
  values: string[];
}

/** Whether an operator takes values from the list of those there are. */
export const picks = (operator: Operator): boolean => operator === 'in' || operator === 'not in';
/** Whether an operator takes one value that is written. */
export const compares = (operator: Operator): boolean => /[<>]/.test(operator);

/** Reads `group in (Billing, "Tier 2")`; undefined where it is written in another way. */
export function readFilter(text: string): Filter | undefined {
  const [, dimension, rest] = /^\s*([^\s=!<>(]+)\s*(.+?)\s*$/su.exec(text) ?? [];
  if (!dimension || !rest) return undefined;
  const nulls = /^is\s+(not\s+)?null$/i.exec(rest);
  if (nulls) return { dimension, operator: nulls[1] ? 'is not null' : 'is null', values: [] };
  const list = /^(not\s+)?in\s*\((.*)\)$/isu.exec(rest);
  if (list) {
    const values = readList(list[2] ?? '');
    return values && { dimension, operator: list[1] ? 'not in' : 'in', values };
  }
  const [, sign, one] = /^(!=|<>|<=|>=|==|=|<|>)\s*(.+)$/su.exec(rest) ?? [];
  if (!sign || !one) return undefined;
  const values = readList(one);
  if (values?.length !== 1) return undefined;
  const named: Record<string, Operator> = { '=': 'in', '==': 'in', '!=': 'not in', '<>': 'not in' };
  return { dimension, operator: named[sign] ?? (sign as Operator), values };
}

/** Values between commas, each bare or within quotes. */
function readList(text: string): string[] | undefined {
  const values: string[] = [];
  let rest = text.trim();
  while (rest) {
    const [whole, double, single, bare] =
      /^(?:"([^"]*)"|'([^']*)'|([^,"']+))\s*/su.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    values.push(double ?? single ?? (bare ?? '').trim());
    rest = rest.slice(whole.length);
    if (rest && !rest.startsWith(',')) return undefined;
    rest = rest.slice(1).trim();
  }
  return values;
}

/** Writes a filter as the server reads it; undefined while it lacks its value. */
export function writeFilter({ dimension, operator, values }: Filter): string | undefined {
  if (!dimension) return undefined;
  if (operator === 'is null' || operator === 'is not null') return `${dimension} ${operator}`;
  const [first] = values;
  if (first === undefined || first === '') return undefined;
  if (compares(operator)) return `${dimension} ${operator} ${quoted(first)}`;
  if (values.length > 1) return `${dimension} ${operator} (${values.map(quoted).join(', ')})`;
  return `${dimension} ${operator === 'in' ? '=' : '!='} ${quoted(first)}`;
}
