/** What a person has said about the columns of a file, and a first guess at it. */
import type { Upload, UploadColumn } from '$lib/api/types';
import type { Meaning } from './meaning';

/** What a column can be. */
export const PARTS = [
  'time',
  'what',
  'who',
  'created',
  'first_reply',
  'solved',
  'closed',
  'updated',
  'status',
  'channel',
  'priority',
  'type',
  'group',
  'agent',
  'requester',
  'account',
  'brand',
  'product',
  'language',
  'topic',
  'tags',
  'rating',
] as const;
export type Part = (typeof PARTS)[number];

/** Columns that say when something happened to a ticket. */
export const TIMES = ['created', 'first_reply', 'solved', 'closed', 'updated'] as const;
export type TimePart = (typeof TIMES)[number];

/** Columns that say what a ticket is about. */
export const ABOUT = [
  'channel',
  'priority',
  'type',
  'requester',
  'account',
  'brand',
  'product',
  'language',
  'topic',
  'tags',
] as const;

export const ROLES = ['agent', 'requester', 'system', 'bot'] as const;
export type Role = (typeof ROLES)[number];

/** How a column of times is to be read: a form of dates, or a length after creation. */
export const LENGTHS = ['seconds', 'minutes', 'hours', 'days'] as const;

export interface Plan {
  shape: 'events' | 'tickets';
  /** Name of the connection. */
  source: string;
  /** Zone of times without offset. */
  zone: string;
  ticket: string;
  columns: Partial<Record<Part, string>>;
  /** By column: its form of dates, or one of {@link LENGTHS}. */
  forms: Record<string, string>;
  /** What the values of `what` or `status` mean. */
  meanings: Record<string, Meaning>;
  /** Channels that are written differently here. */
  channels: Record<string, string>;
  role: Role;
  scale: [number, number];
  /** Columns kept as custom fields. */
  fields: string[];
}

/** Names of columns, in the order of what they could be; the first free column that fits is taken. */
const NAMES: [Part | 'ticket', RegExp][] = [
  [
    'ticket',
    /^(ticket|case|issue|request|incident|vorgang|richiesta|caso|dossier)[ _#-]*(id|no|nr|num|number|nummer|key)?$|case:concept:name|^id$|^(ticket|case|issue).*\b(id|number)\b/,
  ],
  [
    'what',
    /^(activity|event|action|concept:name|what|aktivitat|attivita|actividad|activite|ereignis)/,
  ],
  [
    'first_reply',
    /first.*(repl|respon)|erste.*antwort|prima.*rispost|primera.*respuest|premiere.*repon/,
  ],
  [
    'created',
    /creat|opened|^open(_at| at)?$|submitted|erstell|angelegt|eroffnet|apert|creaz|cread|cree|reported/,
  ],
  ['solved', /(re)?solv|resolution|gelost|erledigt|risol|resuelt|resolu|completed/],
  ['closed', /clos|geschlossen|chius|cerrad|ferme|clotur/],
  ['updated', /updat|modif|geandert|aggiorn|actualiz|maj\b/],
  ['status', /status|state\b|stato|estado|statut/],
  ['channel', /channel|^via$|kanal|canale|\bcanal\b|origin/],
  ['priority', /prior|urgen|sever|serious|dringlich|gravit/],
  ['rating', /csat|rating|satisf|score|bewert|zufrieden|valutaz/],
  ['group', /group|team|queue|abteilung|gruppe|gruppo|equipo|equipe|department|workgroup/],
  ['agent', /agent|assignee|assigned|owner|bearbeiter|operator|technician|incaricat|agente/],
  ['account', /account|company|organi[sz]ation|firma|azienda|empresa|entreprise/],
  ['requester', /requester|customer|client|reporter|caller|kunde|e?mail|user/],
  ['product', /product|produkt|prodott|producto|produit/],
  ['brand', /brand|marke\b|marchio/],
  ['language', /language|sprache|lingua|idioma|langue/],
  ['topic', /topic|thema|argoment|tema\b|sujet|service_?type/],
  ['type', /(^|[ _])type\b|categor|kategorie|tipo|art\b/],
  ['tags', /^tags?$|labels?$|etichett|etiquet/],
];

const plain = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const WHO = /resource|^actor|^user$|agent|who\b|author|bearbeiter|risorsa|recurso|org:resource/;

/** Columns with no more values than this are kept unasked. */
const FEW = 40;

/** What tools for process mining add of their own. */
const LEFT = /^(case:)?variant|lifecycle|creator/;

/** Whether the values of a column are times. */
export const isTime = (column: UploadColumn): boolean => column.forms.length > 0;

/** A first guess, which the person then looks through. */
export function guessPlan(upload: Upload, wanted?: Plan['shape']): Plan {
  const { columns } = upload;
  const times = columns.filter(isTime);
  const taken = new Set<string>();
  const find = (part: Part | 'ticket'): string | undefined => {
    const timely = (TIMES as readonly string[]).includes(part);
    const pattern = NAMES.find(([name]) => name === part)?.[1];
    const fits = columns.filter(
      (column) => !taken.has(column.name) && (part === 'first_reply' || isTime(column) === timely),
    );
    const named =
      fits.find((column) => column.guess === part) ??
      fits.find((column) => pattern?.test(plain(column.name)) === true && useful(part, column));
    if (named) taken.add(named.name);
    return named?.name;
  };

  const ticket = find('ticket') ?? '';
  const repeated = repeats(upload, ticket);
  const what = find('what');
  const shape =
    wanted ?? (times.length <= 1 || (repeated && what !== undefined) ? 'events' : 'tickets');
  const plan: Plan = {
    shape,
    source: sourceName(upload.file),
    zone: 'UTC',
    ticket,
    columns: {},
    forms: Object.fromEntries(times.map((column) => [column.name, column.forms[0] ?? 'iso'])),
    meanings: {},
    channels: {},
    role: 'agent',
    scale: [1, 5],
    fields: [],
  };
  if (shape === 'events') {
    const time = times.find((column) => !taken.has(column.name));
    if (time) taken.add(time.name);
    plan.columns = { time: time?.name, what: what ?? find('status') };
    const who = columns.find(
      (column) => !taken.has(column.name) && !isTime(column) && WHO.test(plain(column.name)),
    );
    if (who) taken.add(who.name);
    plan.columns.who = who?.name;
    plan.columns.group = find('group');
  } else {
    if (what) taken.delete(what);
    for (const part of TIMES) plan.columns[part] = find(part);
    plan.columns.created ??= times.find((column) => !taken.has(column.name))?.name;
    for (const part of ['status', 'agent', 'group', 'rating'] as const)
      plan.columns[part] = find(part);
    if (plan.columns.first_reply) lengthOf(plan, columns, plan.columns.first_reply);
  }
  for (const part of ABOUT) plan.columns[part] = find(part);
  plan.scale = scaleOf(columns.find(({ name }) => name === plan.columns.rating));
  plan.fields = spare(plan, columns)
    .filter(({ distinct, forms }) => forms.length === 0 && distinct > 1 && distinct <= FEW)
    .filter(({ name }) => !LEFT.test(plain(name)) && !says(upload, name, [...taken]))
    .map(({ name }) => name);
  return plan;
}

/** Whether a column says in the first rows what one of the others says already. */
function says(upload: Upload, name: string, others: string[]): boolean {
  const place = (name: string) => upload.columns.findIndex((column) => column.name === name);
  const at = place(name);
  return others.some((other) => {
    const beside = place(other);
    return (
      upload.rows.length > 1 &&
      upload.rows.every((row) => row[at] !== undefined && row[at] === row[beside])
    );
  });
}

/** A column with one value, or none, tells nothing about a ticket. */
const useful = (part: Part | 'ticket', column: UploadColumn): boolean =>
  part === 'ticket' || column.distinct > 0;

/** Whether one ticket stands in several of the first rows. */
function repeats(upload: Upload, ticket: string): boolean {
  const at = upload.columns.findIndex(({ name }) => name === ticket);
  const ids = upload.rows.map((row) => row[at]).filter(Boolean);
  return at >= 0 && new Set(ids).size < ids.length;
}

/** A first reply may be a length after creation. */
function lengthOf(plan: Plan, columns: UploadColumn[], name: string): void {
  const column = columns.find((column) => column.name === name);
  if (!column || isTime(column)) return;
  const words = plain(name);
  plan.forms[name] = LENGTHS.find((unit) => words.includes(unit.slice(0, 3))) ?? 'minutes';
}

function scaleOf(column: UploadColumn | undefined): [number, number] {
  const numbers = (column?.samples ?? []).map(Number).filter(Number.isFinite);
  const highest = Math.max(0, ...numbers);
  if (highest > 10) return [0, 100];
  if (highest > 5) return [0, 10];
  return highest === 1 && numbers.includes(0) ? [0, 1] : [1, 5];
}

/** Columns that nothing else uses. */
export function spare(plan: Plan, columns: UploadColumn[]): UploadColumn[] {
  const used = new Set([plan.ticket, ...Object.values(plan.columns)]);
  return columns.filter(({ name }) => !used.has(name));
}

/** A name for the connection, made from the file's. */
export function sourceName(file: string): string {
  const stem = plain(file).replace(
    /(\.(csv|tsv|txt|xlsx|parquet|json|jsonl|ndjson|xes|gz|zst|zip))+$/,
    '',
  );
  return (
    stem
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'my-desk'
  );
}

/** What is missing before the file can be read, by the place where to say it. */
export type Lack = 'ticket' | 'time' | 'what' | 'created' | 'meanings' | 'source';

/** Everything that is missing. */
export function lacks(plan: Plan, values: string[]): Lack[] {
  const found: Lack[] = [];
  if (!plan.source.trim()) found.push('source');
  if (!plan.ticket) found.push('ticket');
  if (plan.shape === 'events') {
    if (!plan.columns.time) found.push('time');
    if (!plan.columns.what) found.push('what');
  } else if (!plan.columns.created) found.push('created');
  const judged = plan.shape === 'events' ? plan.columns.what : plan.columns.status;
  if (judged && values.some((value) => !plan.meanings[value])) found.push('meanings');
  return found;
}
