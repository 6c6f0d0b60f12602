/** Turns what a person said about the columns into a mapping, by the rules of the mapping reference. */
import { ABOUT, LENGTHS, type Part, type Plan } from './plan';
import { STATUSES, type Meaning } from './meaning';
import { toYaml, type Doc } from './yaml';

type Form = { [key: string]: Doc | undefined };

/** The mapping as YAML. */
export const mappingText = (plan: Plan): string => toYaml(mapping(plan));

/** The mapping as a document. */
export function mapping(plan: Plan): Form {
  return plan.shape === 'events' ? events(plan) : tickets(plan);
}

/** Values whose meaning is one of these, in the order they were seen. */
const meant = (plan: Plan, ...meanings: Meaning[]): string[] =>
  Object.entries(plan.meanings)
    .filter(([, meaning]) => meanings.includes(meaning))
    .map(([value]) => value);

const isIn = (column: string, values: string[]): Form =>
  values.length === 1 && values[0] !== undefined
    ? { column, is: values[0] }
    : { column, in: values };

/** Statuses by value: what is taken over is open, what begins is new. */
function statusMap(plan: Plan): Record<string, string> {
  const known = Object.entries(plan.meanings).flatMap(([value, meaning]) => {
    if ((STATUSES as readonly string[]).includes(meaning)) return [[value, meaning]];
    if (meaning === 'taken') return [[value, 'open']];
    return meaning === 'created' ? [[value, 'new']] : [];
  });
  return Object.fromEntries(known) as Record<string, string>;
}

/** The form of dates, where it is not the usual one. */
const datesOf = (plan: Plan, column: string | undefined): string | undefined => {
  const form = column ? plan.forms[column] : undefined;
  return form && form !== 'iso' ? form : undefined;
};

function head(plan: Plan, first: string | undefined): Form {
  return {
    source: plan.source.trim(),
    shape: plan.shape,
    zone: plan.zone || undefined,
    dates: isLength(plan, first) ? undefined : datesOf(plan, first),
    ticket: plan.ticket,
  };
}

const isLength = (plan: Plan, column: string | undefined): boolean =>
  (LENGTHS as readonly string[]).includes(column ? (plan.forms[column] ?? '') : '');

/** What a ticket is about, as keys of a `created` rule. */
function about(plan: Plan, ...more: Part[]): Form {
  const keys = [...ABOUT.filter((part) => part !== 'topic'), ...more];
  const form: Form = {};
  for (const key of keys) {
    const column = plan.columns[key];
    if (column) form[key] = column;
  }
  const { channel } = plan.columns;
  if (channel && Object.keys(plan.channels).length > 0)
    form.channel = { column: channel, map: { ...plan.channels }, unmapped: 'keep' };
  return form;
}

function fields(plan: Plan): Doc | undefined {
  const { topic } = plan.columns;
  if (!topic) return plan.fields.length ? [...plan.fields] : undefined;
  const kept = plan.fields.filter((name) => name !== 'topic').map((name) => [name, name]);
  return { topic, ...(Object.fromEntries(kept) as Record<string, string>) };
}

/** Whoever asked: by id where a column has it. */
function asker(plan: Plan, otherwise: string): Doc {
  const { requester } = plan.columns;
  return requester ? { id: requester, role: 'requester' } : otherwise;
}

function events(plan: Plan): Form {
  const { time, what = '', who, group } = plan.columns;
  const ignored = meant(plan, 'ignore');
  const actor: Doc = who ? { id: who, role: plan.role, team: group } : plan.role;
  return {
    ...head(plan, time),
    at: time,
    actor,
    where: ignored.length ? { column: what, not_in: ignored } : undefined,
    fields: fields(plan),
    rules: [...happened(plan, what), ...owners(plan, what), ...begins(plan, what)],
  };
}

/** What the rows of an event log say: states, messages, ratings, escalations. */
function happened(plan: Plan, what: string): Form[] {
  const rules: Form[] = [];
  const states = statusMap(plan);
  const silent = meant(plan, 'assigned', 'customer', 'reply', 'note', 'rated', 'escalated');
  if (Object.keys(states).length > 0) {
    rules.push({
      event: 'status',
      when: silent.length ? { column: what, not_in: silent } : undefined,
      status: { column: what, map: states },
      vendor: what,
    });
  }
  const { who } = plan.columns;
  const written: [Meaning, Form][] = [
    [
      'customer',
      { name: 'customer_message', actor: who ? { id: who, role: 'requester' } : 'requester' },
    ],
    ['reply', { name: 'agent_reply' }],
    ['note', { name: 'note', visibility: 'internal' }],
  ];
  for (const [meaning, form] of written) {
    const values = meant(plan, meaning);
    if (values.length) rules.push({ event: 'message', when: isIn(what, values), ...form });
  }
  const rated = meant(plan, 'rated');
  const { rating } = plan.columns;
  if (rated.length && rating) {
    const by = asker(plan, 'requester');
    const scale = [...plan.scale];
    rules.push({ event: 'rated', when: isIn(what, rated), actor: by, score: rating, scale });
  }
  const escalated = meant(plan, 'escalated');
  if (escalated.length) rules.push({ event: 'escalated', when: isIn(what, escalated) });
  return rules;
}

/** Whose the ticket is. */
function owners(plan: Plan, what: string): Form[] {
  const rules: Form[] = [];
  const { who, group, agent } = plan.columns;
  const taken = meant(plan, 'taken');
  const assigned = meant(plan, 'assigned');
  const changes = [...taken, ...(agent ? [] : assigned)];
  if (who && changes.length)
    rules.push({ event: 'assigned', name: 'taken', when: isIn(what, changes), agent: who });
  // An internal note that it was taken, so that the agent's work is seen.
  if (taken.length)
    rules.push({
      event: 'message',
      name: 'taken_note',
      when: isIn(what, taken),
      visibility: 'internal',
    });
  if (group || agent) rules.push({ event: 'assigned', name: 'owner', agent, group });
  return rules;
}

/** The earliest row of a ticket says what it is about; its question starts the wait for a reply. */
function begins(plan: Plan, what: string): Form[] {
  const rules: Form[] = [
    { event: 'created', once: 'earliest', actor: asker(plan, 'system'), ...about(plan) },
  ];
  if (meant(plan, 'reply').length && !meant(plan, 'customer').length && what) {
    rules.push({
      event: 'message',
      name: 'question',
      once: 'earliest',
      actor: asker(plan, 'requester'),
    });
  }
  return rules;
}

function tickets(plan: Plan): Form {
  const { created, agent, group, status, rating, updated } = plan.columns;
  const base = datesOf(plan, created);
  const by: Doc = agent ? { id: agent, role: 'agent', team: group } : 'agent';
  const at = (column: string): Doc => {
    if (isLength(plan, column))
      return { after: 'created', [plan.forms[column] ?? 'minutes']: column };
    const dates = datesOf(plan, column);
    return dates === base ? column : { column, dates: dates ?? 'iso' };
  };
  const rules: Form[] = [
    {
      event: 'created',
      at: created,
      actor: asker(plan, 'requester'),
      ...about(plan, 'group', 'agent'),
    },
    { event: 'message', name: 'question', at: created, actor: asker(plan, 'requester') },
  ];
  const { first_reply } = plan.columns;
  if (first_reply)
    rules.push({ event: 'message', name: 'first_reply', at: at(first_reply), actor: by });
  rules.push(...states(plan, at, by));
  const ended = [plan.columns.solved, plan.columns.closed, updated, created].find(Boolean);
  if (rating && ended) {
    const times = { event: 'rated', at: at(ended), actor: asker(plan, 'requester') };
    rules.push({ ...times, score: rating, scale: [...plan.scale], agent });
  }
  const left = meant(plan, 'ignore');
  return {
    ...head(plan, created),
    where: status && left.length ? { column: status, not_in: left } : undefined,
    fields: fields(plan),
    rules,
  };
}

/** How a ticket stands: solved and closed at their times, else since it was last changed. */
function states(plan: Plan, at: (column: string) => Doc, by: Doc): Form[] {
  const { created, solved, closed, updated, status } = plan.columns;
  const rules: Form[] = [];
  const map = statusMap(plan);
  const ended = meant(plan, 'solved', 'closed');
  const waiting = Object.keys(map).filter((value) => !ended.includes(value));
  const since = updated ?? created;
  if (status && waiting.length && since) {
    const underway = Object.fromEntries(waiting.map((value) => [value, map[value] ?? 'open']));
    rules.push({
      event: 'status',
      name: 'progress',
      when: isIn(status, waiting),
      at: at(since),
      actor: by,
      status: { column: status, map: underway },
      vendor: status,
    });
  }
  // A ticket that is not over may carry the time of an earlier solution, which no longer holds.
  const when = status && ended.length ? isIn(status, ended) : undefined;
  const over = solved ?? closed ?? (when ? updated : undefined);
  if (over)
    rules.push({
      event: 'status',
      name: 'solved',
      when,
      at: at(over),
      actor: by,
      status: 'solved',
      vendor: status,
    });
  const shut = meant(plan, 'closed');
  const closing =
    status && ended.length ? (shut.length ? isIn(status, shut) : undefined) : undefined;
  if (closed && solved && (closing || !(status && ended.length)))
    rules.push({
      event: 'status',
      name: 'closed',
      when: closing,
      at: at(closed),
      actor: 'system',
      status: 'closed',
    });
  return rules;
}
