/** What the words of a source mean, guessed from how people write them in five languages. */

/** What a value of an event log can mean. */
export const MEANINGS = [
  'created',
  'taken',
  'assigned',
  'customer',
  'reply',
  'note',
  'new',
  'open',
  'pending',
  'on_hold',
  'solved',
  'closed',
  'escalated',
  'rated',
  'ignore',
] as const;
export type Meaning = (typeof MEANINGS)[number];

/** What a value of a status column can mean. */
export const STATUSES = ['new', 'open', 'pending', 'on_hold', 'solved', 'closed'] as const;
export type Status = (typeof STATUSES)[number];

/** Without capitals, accents and separators, so that one pattern fits all spellings. */
function plain(value: string): string {
  return value
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[_\-./:]+/g, ' ')
    .trim();
}

const OTHERS = 'anomal|bug|defect|engineering|development|jira|change request|fehler(?!frei)';

/** The first that fits counts: the special before the general. */
const WORDS: [RegExp, Meaning][] = [
  [/escal|eskal/, 'escalated'],
  [
    /\brat(ed|ing)\b|csat|survey|satisf|bewert|zufrieden|valutazion|soddisf|encuesta|sondage/,
    'rated',
  ],
  [
    /(pending|await|wait|wart|attesa|espera|attente)\w* .*(custom|client|kund|user|request|respon|antwort|rispos)/,
    'pending',
  ],
  [/reopen|re open|riapert|riapr|wiederer|wieder geoff|reabier|reouver|rouver/, 'open'],
  // Handed to those who mend the product, and back.
  [new RegExp(`^(resolv|clos|fix|complet|done).*(${OTHERS})`), 'open'],
  [new RegExp(`(${OTHERS})`), 'on_hold'],
  [
    /third part|vendor|supplier|drittanbieter|lieferant|fornitor|terze? part|proveedor|tercero|fournisseur|\btiers\b/,
    'on_hold',
  ],
  [/hold\b|suspend|sospes|zuruckgestellt|angehalten|upgrade|aggiornamento/, 'on_hold'],
  [/schedul|geplant|terminiert|pianific|programm?ad|programm?at|planifi/, 'on_hold'],
  [
    /take(n|s)?( it)? (in charge|over)|took over|pick(ed)? up|claim|pres[ao] in carico|prend\w* in carico|ubernommen|ubernahme|pris\w* en charge|tomad[oa]\b/,
    'taken',
  ],
  [
    /(awaiting|pending|waiting for) assign|unassign|nicht zugewiesen|non assegnat|sin asignar/,
    'open',
  ],
  [/assign\w* (serious|sever|prior|categor|type|impact|urgen)/, 'open'],
  [/assegn\w* (serieta|gravita|priorita|categor)/, 'open'],
  [/assign|zugewiesen|zuweis|assegna|asigna|affect[eé]|delegat/, 'assigned'],
  [
    /(customer|client|requester|user|end user|caller).*(repl|wrote|respon|messag|comment|answer|updat)/,
    'customer',
  ],
  [
    /(reply|message|comment|response|mail) (from|by) (the )?(customer|client|user|requester)/,
    'customer',
  ],
  [/kunde\w* .*(antwort|schrieb|geschrieben|meldet)|antwort.* kunde/, 'customer'],
  [/client\w* .*(rispos|scritt|respond|escrib|repondu|ecrit)/, 'customer'],
  [/inbound|incoming|eingehend|in entrata|entrante\b|entrant\b/, 'customer'],
  [/internal|\bnot(e|a|iz|es|as)\b|notiert|interne?\b|interno|kommentar|commento|comment/, 'note'],
  [
    /first response|\brepl(y|ied|ies)\b|answer|respon(d|se)|antwort|rispost|respuest|repon(se|du)|outbound|ausgehend|(mail|message) sent/,
    'reply',
  ],
  [/unresolved|ungelost|irrisolt|sin resolver|non resolu/, 'open'],
  [
    /wait|pending|await|attes|wart|espera|attente|need\w* info|info\w* (request|need)|more info|ruckfrage|in sospeso|pendiente/,
    'pending',
  ],
  [/\bnew\b|nuov|\bneu\b|nuev|nouve|unread/, 'new'],
  [
    /resol|solv|fixed|\bdone\b|complet|risol|gelost|erledigt|behoben|resuelt|abgeschlossen|termin[eé]/,
    'solved',
  ],
  [
    /clos|chius|geschlossen|schlie|cerrad|ferm[eé]|clotur|cancel|storni|annull|duplica|duplikat|invalid|wont ?fix|won t fix|reject|abgelehnt|archiv/,
    'closed',
  ],
  [/^verif|confirm|bestatig|accept|triag/, 'open'],
  [
    /progress|work|\bactive\b|bearbeitung|lavorazione|en cours|en curso|ongoing|investigat|analys|handling/,
    'open',
  ],
  [
    /^creat|^insert|submitt|registered|logged|ticket opened|open(ed)? ticket|received|erstell|angelegt|eroffnet|creat[oa]|inserit|inseriment|apertura|^cread|^cree\b|registrad|eingegangen/,
    'created',
  ],
  [/open|apert|offen|abiert|ouvert/, 'open'],
];

/** What a value of an event log most likely means; `undefined` where its words say nothing. */
export function guessMeaning(value: string): Meaning | undefined {
  const words = plain(value);
  return words ? WORDS.find(([pattern]) => pattern.test(words))?.[1] : undefined;
}

/** The status that a meaning leaves a ticket in. */
const AS_STATUS: Partial<Record<Meaning, Status>> = {
  created: 'new',
  taken: 'open',
  assigned: 'open',
  customer: 'open',
  reply: 'pending',
  escalated: 'open',
};

/** What a value of a status column most likely means. */
export function guessStatus(value: string): Status | undefined {
  const meaning = guessMeaning(value);
  if (!meaning) return undefined;
  if ((STATUSES as readonly string[]).includes(meaning)) return meaning as Status;
  return AS_STATUS[meaning];
}

const CHANNELS: [RegExp, string][] = [
  [/e ?mail|^mail$|correo|courriel|posta/, 'email'],
  [/chat/, 'chat'],
  [/phone|telef|telep|call|anruf|voice/, 'phone'],
  [/messag|whatsapp|sms|telegram/, 'messaging'],
  [/social|twitter|facebook|instagram/, 'social'],
  [/web|form|portal|self service|site/, 'web'],
  [/api/, 'api'],
];

/** The usual name of a channel; `undefined` where it is none we know, or named so already. */
export function guessChannel(value: string): string | undefined {
  const words = plain(value);
  const known = CHANNELS.find(([pattern]) => pattern.test(words))?.[1];
  return known === value ? undefined : known;
}
