//! One event on one line: `DATE TIME TICKET VERB [WHO] [WORD…] [KEY=VALUE…]`.
//!
//! * Times are local to the scenario's zone; an instant with an offset
//!   (`2024-11-03T01:30:00-04:00`) is taken as it is.
//! * `T1..T5` stands for five tickets, one event each.
//! * WHO is `customer`, `agent`, `bot` or `system`, with an id after a colon: `agent:ada`.
//!   `created` is the customer's unless said otherwise, everything else the system's.
//! * Verbs: `created`, `message`, `note` (an internal message), the statuses (`open`, `pending`,
//!   `on_hold`, `solved`, …), `assigned`, `priority`, `type`, `tags`, `field`, `escalated`,
//!   `merged`, `split`, `linked`, `sla`, `schedule`, `csat_offered`, `rated`, `worked`, `redacted`.
//! * Any line takes `id=`, `seen=`, `seq=`, `team=`, `source=` and `field.NAME=` (a custom field).
//! * A value of `-` clears: `assigned agent=-`.

use event::{
    Actor, Change, Created, Direction, Entry, EscalationKind, Event, Extra, Instant, Kind, Message,
    Role, Score, Status, Tags, Text, Visibility,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Reads a local time (`2026-03-02 09:00`, seconds and fractions optional) or one with an offset.
///
/// # Errors
/// What is wrong with the text.
pub fn instant(text: &str, zone: &TimeZone) -> Result<Instant, String> {
    if let Ok(instant) = text.parse::<Instant>() {
        return Ok(instant);
    }
    let local: jiff::civil::DateTime = text
        .replace(' ', "T")
        .parse()
        .map_err(|error| format!("`{text}` is no time ({error}); write it as 2026-03-02 09:00"))?;
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let exact = ambiguous.unambiguous().map_err(|error| {
        format!("`{text}` does not name one instant ({error}); write it with its offset")
    })?;
    Ok(exact.into())
}

/// Reads one line into its events: one, or as many as the ticket range names.
///
/// # Errors
/// What is wrong with the line.
pub fn parse(
    line: &str,
    index: usize,
    source: &str,
    zone: &TimeZone,
) -> Result<Vec<Event>, String> {
    let mut words = line.split_whitespace();
    let first = words.next().ok_or("the line is empty")?;
    let at = if first.contains('T') {
        instant(first, zone)?
    } else {
        let time = words.next().ok_or("no time after the date")?;
        instant(&format!("{first} {time}"), zone)?
    };
    let tickets = ticket_range(words.next().ok_or("no ticket after the time")?)?;
    let verb = words.next().ok_or("no verb after the ticket")?;
    let mut parts = Parts::read(words)?;

    let seen = parts.take("seen").map(|text| instant(&text, zone)).transpose()?.unwrap_or(at);
    let sequence = parts.number("seq")?;
    let source = parts.take("source").unwrap_or_else(|| source.to_owned());
    let id = parts.take("id").unwrap_or_else(|| format!("e{index}"));
    let extra = std::mem::take(&mut parts.fields);
    let actor = parts.actor(verb);
    let kind = kind(verb, &mut parts, &actor)?;
    parts.finish(verb)?;

    let one = tickets.len() == 1;
    Ok(tickets
        .into_iter()
        .map(|ticket| Event {
            source: source.as_str().into(),
            entry: Entry {
                id: if one { id.as_str().into() } else { format!("{id}.{ticket}").into() },
                sequence,
                at,
                seen,
                actor: actor.clone(),
                kind: kind.clone(),
                origin: None,
                extra: (!extra.is_empty()).then(|| Box::new(extra.clone())),
            },
            ticket,
        })
        .collect())
}

/// `A7` is one ticket, `A7..A9` are three.
fn ticket_range(text: &str) -> Result<Vec<Text>, String> {
    let Some((from, to)) = text.split_once("..") else { return Ok(vec![text.into()]) };
    let split = |id: &str| -> Option<(String, u32)> {
        let digits = id.chars().rev().take_while(char::is_ascii_digit).count();
        let (stem, number) = id.split_at(id.len() - digits);
        Some((stem.to_owned(), number.parse().ok()?))
    };
    match (split(from), split(to)) {
        (Some((stem, low)), Some((other, high))) if stem == other && low <= high => {
            Ok((low..=high).map(|number| format!("{stem}{number}").into()).collect())
        }
        _ => Err(format!("`{text}` is no range of tickets; write it as T1..T5")),
    }
}

/// The words after the verb, taken one by one so that what is left over can be reported.
struct Parts {
    who: Option<Actor>,
    words: Vec<String>,
    keys: BTreeMap<String, String>,
    fields: Extra,
}

impl Parts {
    fn read<'a>(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut parts =
            Self { who: None, words: Vec::new(), keys: BTreeMap::new(), fields: Extra::new() };
        for word in words {
            if let Some((key, value)) = word.split_once('=') {
                if let Some(name) = key.strip_prefix("field.") {
                    parts.fields.insert(name.into(), value.into());
                } else if parts.keys.insert(key.to_owned(), value.to_owned()).is_some() {
                    return Err(format!("`{key}=` is given twice"));
                }
            } else if let Some(actor) = who(word) {
                if parts.who.replace(actor).is_some() {
                    return Err("two actors are given".to_owned());
                }
            } else {
                parts.words.push(word.to_owned());
            }
        }
        Ok(parts)
    }

    fn take(&mut self, key: &str) -> Option<String> {
        self.keys.remove(key)
    }

    fn text(&mut self, key: &str) -> Option<Text> {
        self.take(key).filter(|value| value != "-").map(Text::from)
    }

    fn number<T: std::str::FromStr>(&mut self, key: &str) -> Result<Option<T>, String> {
        self.take(key)
            .map(|text| text.parse().map_err(|_| format!("`{key}={text}` is no number")))
            .transpose()
    }

    fn change(&mut self, key: &str) -> Change {
        match self.take(key).as_deref() {
            None => Change::Keep,
            Some("-") => Change::Clear,
            Some(value) => Change::Set(value.into()),
        }
    }

    fn flag(&mut self, word: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|held| held != word);
        self.words.len() < before
    }

    fn word(&mut self, what: &str) -> Result<String, String> {
        if self.words.is_empty() {
            Err(format!("{what} is missing"))
        } else {
            Ok(self.words.remove(0))
        }
    }

    /// A word that may be `-` for "cleared".
    fn value(&mut self, what: &str) -> Result<Option<Text>, String> {
        Ok(Some(self.word(what)?).filter(|word| word != "-").map(Text::from))
    }

    fn actor(&mut self, verb: &str) -> Actor {
        let mut actor = self.who.take().unwrap_or_else(|| {
            let role = if verb == "created" { Role::Requester } else { Role::System };
            Actor { id: None, role, team: None }
        });
        actor.team = self.text("team");
        if verb == "created" && actor.role == Role::Requester && actor.id.is_none() {
            actor.id = self.keys.get("requester").map(Text::from);
        }
        actor
    }

    fn finish(self, verb: &str) -> Result<(), String> {
        let left: Vec<String> = self
            .words
            .into_iter()
            .chain(self.keys.into_keys().map(|key| format!("{key}=")))
            .collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("`{verb}` does not take `{}`", left.join("`, `")))
        }
    }
}

fn who(word: &str) -> Option<Actor> {
    let (name, id) = word.split_once(':').map_or((word, None), |(name, id)| (name, Some(id)));
    let role = match name {
        "customer" => Role::Requester,
        "agent" => Role::Agent,
        "bot" => Role::Bot,
        "system" => Role::System,
        _ => return None,
    };
    Some(Actor { id: id.map(Text::from), role, team: None })
}

fn kind(verb: &str, parts: &mut Parts, actor: &Actor) -> Result<Kind, String> {
    if let Some(status) = status(verb) {
        return Ok(Kind::Status { status, vendor: parts.text("vendor") });
    }
    Ok(match verb {
        "created" => Kind::Created(Box::new(created(parts, actor)?)),
        "message" | "note" => Kind::Message(message(verb, parts)?),
        "assigned" => Kind::Assigned { agent: parts.change("agent"), group: parts.change("group") },
        "priority" => Kind::Priority(parts.value("the priority")?),
        "type" => Kind::Type(parts.value("the type")?),
        "tags" => Kind::Tags(tags(std::mem::take(&mut parts.words))),
        "field" => Kind::Field {
            name: parts.word("the field's name")?.into(),
            value: parts.value("the field's value")?,
        },
        "escalated" => Kind::Escalated {
            kind: match parts.word("`functional` or `hierarchical`")?.as_str() {
                "functional" => EscalationKind::Functional,
                "hierarchical" => EscalationKind::Hierarchical,
                other => return Err(format!("`{other}` is no kind of escalation")),
            },
            tier: parts.number("tier")?,
        },
        "merged" => Kind::Merged { into: parts.text("into").ok_or("`into=` is missing")? },
        "split" => Kind::Split { from: parts.text("from").ok_or("`from=` is missing")? },
        "linked" => Kind::Linked {
            kind: parts.word("the kind of link")?.into(),
            to: parts.text("to").ok_or("`to=` is missing")?,
        },
        "sla" => Kind::Sla(parts.value("the policy")?),
        "schedule" => Kind::Schedule(parts.value("the calendar")?),
        "csat_offered" => Kind::CsatOffered,
        "rated" => rated(parts)?,
        "worked" => Kind::Worked {
            agent: parts.text("agent"),
            seconds: parts.number("seconds")?.ok_or("`seconds=` is missing")?,
        },
        "redacted" => Kind::Redacted,
        _ => return Err(format!("`{verb}` is no verb of a scenario")),
    })
}

fn status(word: &str) -> Option<Status> {
    Some(match word {
        "new" => Status::New,
        "open" => Status::Open,
        "pending" => Status::Pending,
        "on_hold" => Status::OnHold,
        "solved" => Status::Solved,
        "closed" => Status::Closed,
        "deleted" => Status::Deleted,
        "spam" => Status::Spam,
        "restored" => Status::Restored,
        _ => return None,
    })
}

fn created(parts: &mut Parts, actor: &Actor) -> Result<Created, String> {
    let customer = if actor.role == Role::Requester { actor.id.clone() } else { None };
    let first_status = parts.take("status");
    Ok(Created {
        channel: parts.text("channel"),
        requester: parts.text("requester").or(customer),
        account: parts.text("account"),
        brand: parts.text("brand"),
        product: parts.text("product"),
        direction: if parts.flag("outbound") { Direction::Outbound } else { Direction::Inbound },
        parent: parts.text("parent"),
        priority: parts.text("priority"),
        kind: parts.text("type"),
        status: match first_status {
            None => None,
            Some(word) => Some(status(&word).ok_or_else(|| format!("`{word}` is no status"))?),
        },
        group: parts.text("group"),
        agent: parts.text("agent"),
        tags: parts
            .take("tags")
            .map(|tags| tags.split('+').map(Text::from).collect())
            .unwrap_or_default(),
        language: parts.text("language"),
        test: parts.flag("test"),
    })
}

fn message(verb: &str, parts: &mut Parts) -> Result<Message, String> {
    Ok(Message {
        visibility: if verb == "note" { Visibility::Internal } else { Visibility::Public },
        automated: parts.flag("automated"),
        channel: parts.text("channel"),
        length: parts.number("length")?,
        language: parts.text("language"),
        sentiment: parts.take("sentiment").as_deref().map(score).transpose()?,
        text: None,
    })
}

/// `+a -b` edits the tags, `a b` sets them.
fn tags(words: Vec<String>) -> Tags {
    let edits = words.iter().any(|word| word.starts_with(['+', '-']));
    if !edits {
        return Tags::Set(words.into_iter().map(Text::from).collect());
    }
    let with = |sign: char| {
        words.iter().filter_map(|word| word.strip_prefix(sign)).map(Text::from).collect()
    };
    Tags::Edit { add: with('+'), remove: with('-') }
}

/// `rated 4/5` is a four on a scale of one to five, `rated 1/0-1` a one on a scale of two.
fn rated(parts: &mut Parts) -> Result<Kind, String> {
    let text = parts.word("the rating")?;
    let wrong = || format!("`{text}` is no rating; write it as 4/5, or 1/0-1");
    let (given, scale) = text.split_once('/').ok_or_else(wrong)?;
    let (low, high) = scale.split_once('-').unwrap_or(("1", scale));
    Ok(Kind::Rated {
        score: score(given)?,
        scale_min: score(low)?,
        scale_max: score(high)?,
        agent: parts.text("agent"),
    })
}

fn score(text: &str) -> Result<Score, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if !number.is_finite() || number.abs() > 1e6 {
        return Err(format!("`{text}` is out of range"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked against ±1e6 above")]
    Ok(Score::from_thousandths((number * 1000.0).round() as i32))
}
