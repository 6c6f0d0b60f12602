import { describe, expect, it } from 'vitest';
import { mapping, mappingText } from './mapping';
import { guessChannel, guessMeaning, guessStatus } from './meaning';
import { guessPlan, lacks, type Plan } from './plan';
import type { Upload } from '$lib/api/types';

const column = (name: string, samples: string[], more: Partial<Upload['columns'][0]> = {}) => ({
  name,
  samples,
  distinct: samples.length,
  empty: 0,
  forms: [],
  ...more,
});

const upload = (columns: Upload['columns'], rows: string[][] = []): Upload => ({
  id: 'u',
  file: 'Help Desk (2024).csv.gz',
  bytes: 1,
  format: 'delimited',
  compression: 'none',
  canonical: false,
  columns,
  rows,
});

const log = upload(
  [
    column('Case ID', ['Case 1', 'Case 2'], { guess: 'ticket' }),
    column('Activity', ['Assign seriousness', 'Closed', 'Wait']),
    column('Resource', ['Value 1', 'Value 2']),
    column('Complete Timestamp', ['2012/10/09 14:50:17.000'], { forms: ['iso'], guess: 'time' }),
    column('seriousness', ['Value 1', 'Value 2'], { guess: 'priority' }),
    column('product', ['Value 1', 'Value 2'], { guess: 'product' }),
    column('workgroup', ['Value 1', 'Value 2']),
    column('service_level', ['Value 1', 'Value 2']),
    column('Variant', ['a'], {}),
  ],
  [
    ['Case 1', 'Assign seriousness'],
    ['Case 1', 'Closed'],
  ],
);

describe('the meaning of a word', () => {
  it.each([
    ['Closed', 'closed'],
    ['Chiuso', 'closed'],
    ['Geschlossen', 'closed'],
    ['Cerrado', 'closed'],
    ['Fermé', 'closed'],
    ['RESOLVED', 'solved'],
    ['Resolve ticket', 'solved'],
    ['Risolto', 'solved'],
    ['Gelöst', 'solved'],
    ['Résolu', 'solved'],
    ['Resuelto', 'solved'],
    ['Take in charge ticket', 'taken'],
    ['Preso in carico', 'taken'],
    ['Übernommen', 'taken'],
    ['Prise en charge', 'taken'],
    ['Wait', 'pending'],
    ['In attesa del cliente', 'pending'],
    ['Wartet auf Kunde', 'pending'],
    ['Waiting for third party', 'on_hold'],
    ['Require upgrade', 'on_hold'],
    ['Create SW anomaly', 'on_hold'],
    ['Resolve SW anomaly', 'open'],
    ['Schedule intervention', 'on_hold'],
    ['Assign seriousness', 'open'],
    ['Assigned', 'assigned'],
    ['Zugewiesen', 'assigned'],
    ['Insert ticket', 'created'],
    ['Erstellt', 'created'],
    ['Customer replied', 'customer'],
    ['Kunde hat geantwortet', 'customer'],
    ['Agent reply', 'reply'],
    ['Antwort', 'reply'],
    ['Internal note', 'note'],
    ['Escalated to tier 2', 'escalated'],
    ['CSAT', 'rated'],
    ['Reopened', 'open'],
    ['In Progress', 'open'],
    ['Unresolved', 'open'],
    ['Unassigned', 'open'],
    ['New', 'new'],
    ['VERIFIED', 'open'],
    ['DUPLICATE', 'closed'],
    ['Qwertz', undefined],
    ['', undefined],
  ])('%s is %s', (value, meaning) => {
    expect(guessMeaning(value)).toBe(meaning);
  });

  it('as a status is one of six', () => {
    expect(guessStatus('Pending Customer Response')).toBe('pending');
    expect(guessStatus('Taken over')).toBe('open');
    expect(guessStatus('CSAT')).toBeUndefined();
  });

  it('of a channel is said only where it differs', () => {
    expect(guessChannel('E-Mail')).toBe('email');
    expect(guessChannel('email')).toBeUndefined();
    expect(guessChannel('Fax')).toBeUndefined();
  });
});

describe('a first guess', () => {
  it('takes rows that repeat a ticket for an event log', () => {
    const plan = guessPlan(log);
    expect(plan).toMatchObject({
      shape: 'events',
      source: 'help-desk-2024',
      ticket: 'Case ID',
      columns: {
        time: 'Complete Timestamp',
        what: 'Activity',
        who: 'Resource',
        group: 'workgroup',
        priority: 'seriousness',
        product: 'product',
      },
      fields: ['service_level'],
    });
    expect(lacks(plan, ['Wait'])).toEqual(['meanings']);
    expect(lacks({ ...plan, meanings: { Wait: 'pending' } }, ['Wait'])).toEqual([]);
  });

  it('takes several times for a ticket per row', () => {
    const plan = guessPlan(
      upload(
        [
          column('ticket_id', ['1', '2']),
          column('created_date', ['2024-01-01'], { forms: ['iso'], guess: 'created' }),
          column('resolved_date', ['2024-01-02'], { forms: ['iso'], guess: 'solved' }),
          column('first_response_minutes', ['12']),
          column('status', ['Open', 'Closed'], { guess: 'status' }),
          column('csat_score', ['4'], { guess: 'rating' }),
        ],
        [['1'], ['2']],
      ),
    );
    expect(plan.shape).toBe('tickets');
    expect(plan.columns).toMatchObject({
      created: 'created_date',
      solved: 'resolved_date',
      first_reply: 'first_response_minutes',
      status: 'status',
      rating: 'csat_score',
    });
    expect(plan.forms.first_response_minutes).toBe('minutes');
  });
});

const base: Plan = {
  shape: 'events',
  source: 'desk',
  zone: 'UTC',
  ticket: 'Case ID',
  columns: { time: 'When', what: 'Activity', who: 'Resource' },
  forms: { When: '%d/%m/%Y %H:%M' },
  meanings: {
    Open: 'open',
    'Take: it': 'taken',
    Reply: 'reply',
    Noise: 'ignore',
    Done: 'solved',
  },
  channels: {},
  role: 'agent',
  scale: [1, 5],
  fields: ['region'],
};

describe('the mapping of an event log', () => {
  it('maps statuses, leaves out what is ignored, and begins at the earliest row', () => {
    expect(mapping(base)).toMatchObject({
      shape: 'events',
      dates: '%d/%m/%Y %H:%M',
      at: 'When',
      actor: { id: 'Resource', role: 'agent' },
      where: { column: 'Activity', not_in: ['Noise'] },
      rules: [
        {
          event: 'status',
          when: { column: 'Activity', not_in: ['Reply'] },
          status: { column: 'Activity', map: { Open: 'open', 'Take: it': 'open', Done: 'solved' } },
        },
        { event: 'message', name: 'agent_reply', when: { column: 'Activity', is: 'Reply' } },
        { event: 'assigned', name: 'taken', agent: 'Resource' },
        { event: 'message', name: 'taken_note', visibility: 'internal' },
        { event: 'created', once: 'earliest', actor: 'system' },
        { event: 'message', name: 'question', once: 'earliest' },
      ],
    });
  });

  it('is written as YAML for people', () => {
    expect(mappingText({ ...base, meanings: { Open: 'open', 'Take: it': 'taken' } })).toBe(
      `source: desk
shape: events
zone: UTC
dates: "%d/%m/%Y %H:%M"
ticket: Case ID
at: When
actor: {id: Resource, role: agent}
fields: [region]
rules:
  - event: status
    status:
      column: Activity
      map: {Open: open, "Take: it": open}
    vendor: Activity
  - event: assigned
    name: taken
    when: {column: Activity, is: "Take: it"}
    agent: Resource
  - event: message
    name: taken_note
    when: {column: Activity, is: "Take: it"}
    visibility: internal
  - event: created
    once: earliest
    actor: system
`,
    );
  });
});

describe('the mapping of a ticket per row', () => {
  const tickets: Plan = {
    ...base,
    shape: 'tickets',
    columns: {
      created: 'opened',
      first_reply: 'minutes',
      solved: 'done',
      closed: 'closed',
      status: 'state',
      rating: 'score',
      channel: 'via',
      topic: 'what',
    },
    forms: { opened: '%d.%m.%Y', minutes: 'minutes', done: 'iso', closed: '%d.%m.%Y' },
    meanings: { Offen: 'open', Fertig: 'solved', Zu: 'closed' },
    channels: { Mail: 'email' },
  };

  it('reads each time in its own form', () => {
    const { rules, ...rest } = mapping(tickets) as { rules: Record<string, unknown>[] };
    expect(rest).toMatchObject({ dates: '%d.%m.%Y', fields: { topic: 'what', region: 'region' } });
    expect(rules).toMatchObject([
      {
        event: 'created',
        at: 'opened',
        channel: { column: 'via', map: { Mail: 'email' }, unmapped: 'keep' },
      },
      { name: 'question' },
      { name: 'first_reply', at: { after: 'created', minutes: 'minutes' } },
      {
        name: 'progress',
        at: 'opened',
        when: { column: 'state', is: 'Offen' },
        status: { map: { Offen: 'open' } },
      },
      {
        name: 'solved',
        at: { column: 'done', dates: 'iso' },
        when: { column: 'state', in: ['Fertig', 'Zu'] },
      },
      { name: 'closed', at: 'closed', when: { column: 'state', is: 'Zu' } },
      { event: 'rated', at: { column: 'done', dates: 'iso' }, score: 'score', scale: [1, 5] },
    ]);
  });
});
