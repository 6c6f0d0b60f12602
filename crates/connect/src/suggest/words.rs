//! Words that exports use for statuses, priorities, channels and types, in five languages.

/// A vendor's word, and ours for it.
pub(super) type Word = (&'static str, &'static str);

/// Ours are the canonical statuses.
pub(super) const STATUSES: &[Word] = &[
    ("new", "new"),
    ("neu", "new"),
    ("nuovo", "new"),
    ("nueva", "new"),
    ("nuevo", "new"),
    ("nouveau", "new"),
    ("created", "new"),
    ("insert", "new"),
    ("registered", "new"),
    ("awaiting assignment", "new"),
    ("unassigned", "new"),
    ("open", "open"),
    ("opened", "open"),
    ("reopened", "open"),
    ("active", "open"),
    ("assigned", "open"),
    ("accepted", "open"),
    ("in progress", "open"),
    ("working", "open"),
    ("take in charge", "open"),
    ("offen", "open"),
    ("in bearbeitung", "open"),
    ("aperto", "open"),
    ("in corso", "open"),
    ("in lavorazione", "open"),
    ("abierto", "open"),
    ("en curso", "open"),
    ("en progreso", "open"),
    ("ouvert", "open"),
    ("en cours", "open"),
    ("pending", "pending"),
    ("wait", "pending"),
    ("waiting", "pending"),
    ("awaiting", "pending"),
    ("asked customer", "pending"),
    ("wartend", "pending"),
    ("wartet", "pending"),
    ("warten auf kunde", "pending"),
    ("in attesa", "pending"),
    ("pendiente", "pending"),
    ("en espera", "pending"),
    ("en attente", "pending"),
    ("hold", "on_hold"),
    ("on hold", "on_hold"),
    ("onhold", "on_hold"),
    ("suspended", "on_hold"),
    ("waiting for third party", "on_hold"),
    ("zuruckgestellt", "on_hold"),
    ("angehalten", "on_hold"),
    ("sospeso", "on_hold"),
    ("suspendido", "on_hold"),
    ("suspendu", "on_hold"),
    ("solved", "solved"),
    ("resolved", "solved"),
    ("resolve", "solved"),
    ("done", "solved"),
    ("completed", "solved"),
    ("fixed", "solved"),
    ("gelost", "solved"),
    ("erledigt", "solved"),
    ("risolto", "solved"),
    ("resuelto", "solved"),
    ("resolu", "solved"),
    ("closed", "closed"),
    ("cancelled", "closed"),
    ("canceled", "closed"),
    ("geschlossen", "closed"),
    ("chiuso", "closed"),
    ("cerrado", "closed"),
    ("ferme", "closed"),
    ("clos", "closed"),
    ("deleted", "deleted"),
    ("geloscht", "deleted"),
    ("eliminato", "deleted"),
    ("eliminado", "deleted"),
    ("supprime", "deleted"),
    ("spam", "spam"),
];

/// Ours are the four that most desks know.
pub(super) const PRIORITIES: &[Word] = &[
    ("low", "low"),
    ("niedrig", "low"),
    ("bassa", "low"),
    ("baja", "low"),
    ("basse", "low"),
    ("minor", "low"),
    ("p4", "low"),
    ("normal", "normal"),
    ("medium", "normal"),
    ("mittel", "normal"),
    ("media", "normal"),
    ("normale", "normal"),
    ("moyenne", "normal"),
    ("p3", "normal"),
    ("high", "high"),
    ("hoch", "high"),
    ("alta", "high"),
    ("haute", "high"),
    ("major", "high"),
    ("p2", "high"),
    ("urgent", "urgent"),
    ("critical", "urgent"),
    ("dringend", "urgent"),
    ("kritisch", "urgent"),
    ("urgente", "urgent"),
    ("critica", "urgent"),
    ("critique", "urgent"),
    ("blocker", "urgent"),
    ("p1", "urgent"),
];

/// Ways a ticket comes in.
pub(super) const CHANNELS: &[Word] = &[
    ("email", "email"),
    ("e mail", "email"),
    ("mail", "email"),
    ("correo", "email"),
    ("courriel", "email"),
    ("phone", "phone"),
    ("telephone", "phone"),
    ("voice", "phone"),
    ("call", "phone"),
    ("telefon", "phone"),
    ("telefono", "phone"),
    ("chat", "chat"),
    ("live chat", "chat"),
    ("messaging", "chat"),
    ("whatsapp", "chat"),
    ("web", "web"),
    ("web form", "web"),
    ("portal", "web"),
    ("self service", "web"),
    ("formular", "web"),
    ("modulo web", "web"),
    ("formulario", "web"),
    ("formulaire", "web"),
    ("api", "api"),
    ("social", "social"),
    ("social media", "social"),
    ("facebook", "social"),
    ("twitter", "social"),
];

/// Kinds of tickets.
pub(super) const TYPES: &[Word] = &[
    ("question", "question"),
    ("frage", "question"),
    ("domanda", "question"),
    ("pregunta", "question"),
    ("incident", "incident"),
    ("storung", "incident"),
    ("incidente", "incident"),
    ("problem", "problem"),
    ("problema", "problem"),
    ("probleme", "problem"),
    ("task", "task"),
    ("aufgabe", "task"),
    ("request", "task"),
    ("anfrage", "task"),
    ("richiesta", "task"),
    ("solicitud", "task"),
    ("demande", "task"),
];

/// Our word for a value: of the words that stand in it, the longest.
pub(super) fn find(list: &[Word], value: &str) -> Option<&'static str> {
    let tokens = tokens(value);
    let within = |word: &str| {
        let wanted: Vec<&str> = word.split(' ').collect();
        tokens.windows(wanted.len()).any(|part| part.iter().zip(&wanted).all(|(a, b)| a == b))
    };
    let found = list.iter().filter(|(theirs, _)| within(theirs));
    found.max_by_key(|(theirs, _)| theirs.len()).map(|(_, ours)| *ours)
}

/// A text as plain words: small letters without accents, cut where a capital begins a word.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut small = false;
    for letter in text.chars() {
        if letter.is_uppercase() && small {
            plain.push(' ');
        }
        small = letter.is_lowercase() || letter.is_ascii_digit();
        if letter.is_alphanumeric() {
            letter.to_lowercase().for_each(|letter| plain.push(bare(letter)));
        } else {
            plain.push(' ');
        }
    }
    plain.split_whitespace().map(str::to_owned).collect()
}

/// A letter without its accent.
const fn bare(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ä' | 'ã' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' | 'õ' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}
