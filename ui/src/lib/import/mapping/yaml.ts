/** Writes a document as YAML that people can read and change. */
export type Doc = string | number | boolean | Doc[] | { [key: string]: Doc | undefined };

const WIDE = 88;
const PLAIN = /^[\p{L}_][\p{L}\p{N}_ /()&-]*$/u;
const RESERVED = /^(true|false|yes|no|on|off|null|y|n|~)$/i;

/** The text of a document. */
export function toYaml(doc: { [key: string]: Doc | undefined }): string {
  return map(doc, 0).join('\n') + '\n';
}

function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const simple = PLAIN.test(value) && !RESERVED.test(value) && value === value.trim();
  return simple ? value : JSON.stringify(value);
}

const isScalar = (doc: Doc): doc is string | number | boolean => typeof doc !== 'object';

/** A document on one line; `undefined` where it would be too long. */
function flow(doc: Doc, room: number): string | undefined {
  const text = inline(doc);
  return text.length <= room ? text : undefined;
}

function inline(doc: Doc): string {
  if (isScalar(doc)) return flowScalar(doc);
  if (Array.isArray(doc)) return `[${doc.map(inline).join(', ')}]`;
  return `{${entries(doc)
    .map(([key, value]) => `${flowScalar(key)}: ${inline(value)}`)
    .join(', ')}}`;
}

/** Within brackets a comma or bracket would end a plain scalar; ours never hold one. */
const flowScalar = scalar;

const entries = (doc: { [key: string]: Doc | undefined }): [string, Doc][] =>
  Object.entries(doc).filter((entry): entry is [string, Doc] => entry[1] !== undefined);

/** Whether a part is short enough to stand on the line of its key. */
const flat = (doc: Doc): boolean =>
  isScalar(doc) ||
  (Array.isArray(doc)
    ? doc.every(isScalar)
    : entries(doc).length <= 3 &&
      entries(doc).every(
        ([, value]) => isScalar(value) || (Array.isArray(value) && value.every(isScalar)),
      ));

function map(doc: { [key: string]: Doc | undefined }, indent: number): string[] {
  const pad = ' '.repeat(indent);
  return entries(doc).flatMap(([key, value]) => {
    const head = `${pad}${scalar(key)}:`;
    const short = flat(value) ? flow(value, WIDE - head.length - 1) : undefined;
    if (short !== undefined) return [`${head} ${short}`];
    if (isScalar(value)) return [`${head} ${scalar(value)}`];
    return [head, ...(Array.isArray(value) ? list(value, indent + 2) : map(value, indent + 2))];
  });
}

function list(items: Doc[], indent: number): string[] {
  const pad = ' '.repeat(indent);
  return items.flatMap((item) => {
    if (isScalar(item)) return [`${pad}- ${scalar(item)}`];
    if (Array.isArray(item)) return [`${pad}- ${inline(item)}`];
    const [first = '', ...rest] = map(item, indent + 2);
    return [`${pad}- ${first.trimStart()}`, ...rest];
  });
}
