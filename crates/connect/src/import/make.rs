//! A rule and a row make an event's kind.

use crate::mapping::expr::{Cells, Expr, normal_word};
use crate::mapping::number::{self, DecimalMark};
use crate::mapping::rule::{CreatedSpec, Make, MessageSpec};
use crate::quarantine::Reason;
use event::{Change, Created, Direction, Kind, Message, Role, Status, Tags, Text, Visibility};

/// What making an event needs besides rule and row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) mark: DecimalMark,
    pub(crate) keep_text: bool,
}

/// What the row says, or `None` where it says nothing of the kind.
///
/// # Errors
/// Where a value can't be read.
pub(crate) fn make<'r>(
    make: &'r Make,
    cells: &mut Cells<'r>,
    setting: Setting,
) -> Result<Option<Kind>, Reason> {
    let mark = setting.mark;
    Ok(match make {
        Make::Created(spec) => Some(Kind::Created(Box::new(created(spec, cells)?))),
        Make::Message(spec) => Some(Kind::Message(message(spec, cells, setting)?)),
        Make::Status { status, vendor } => match status.eval(cells)? {
            Some(word) => Some(Kind::Status {
                status: status_of(&word)?,
                vendor: optional(vendor.as_ref(), cells)?,
            }),
            None => None,
        },
        Make::Assigned { agent, group, clear } => {
            let agent = change(agent.as_ref(), *clear, cells)?;
            let group = change(group.as_ref(), *clear, cells)?;
            let nothing = (&agent, &group) == (&Change::Keep, &Change::Keep);
            (!nothing).then_some(Kind::Assigned { agent, group })
        }
        Make::Priority { value, clear } => set(value, *clear, cells)?.map(Kind::Priority),
        Make::Type { value, clear } => set(value, *clear, cells)?.map(Kind::Type),
        Make::Sla { policy, clear } => set(policy, *clear, cells)?.map(Kind::Sla),
        Make::Schedule { calendar, clear } => set(calendar, *clear, cells)?.map(Kind::Schedule),
        Make::Tags { .. } => tags(make, cells)?,
        Make::Field { name, value, clear } => {
            match (text(name, cells)?, set(value, *clear, cells)?) {
                (Some(name), Some(value)) => Some(Kind::Field { name, value }),
                _ => None,
            }
        }
        Make::Escalated { kind, tier } => {
            let tier = match tier {
                Some(tier) => match tier.eval(cells)? {
                    Some(text) => u32::try_from(number::whole(&text, mark)?).ok(),
                    None => None,
                },
                None => None,
            };
            Some(Kind::Escalated { kind: *kind, tier })
        }
        Make::Merged { into } => text(into, cells)?.map(|into| Kind::Merged { into }),
        Make::Split { from } => text(from, cells)?.map(|from| Kind::Split { from }),
        Make::Linked { kind, to } => match (text(kind, cells)?, text(to, cells)?) {
            (Some(kind), Some(to)) => Some(Kind::Linked { kind, to }),
            _ => None,
        },
        Make::CsatOffered => Some(Kind::CsatOffered),
        Make::Redacted => Some(Kind::Redacted),
        Make::Rated { score, scale, agent } => rated(score, scale, agent.as_ref(), (cells, mark))?,
        Make::Worked { amount, micros, agent } => match amount.eval(cells)? {
            Some(text) => Some(Kind::Worked {
                agent: optional(agent.as_ref(), cells)?,
                seconds: worked_seconds(&text, *micros, mark)?,
            }),
            None => None,
        },
    })
}

fn text<'r>(expr: &'r Expr, cells: &mut Cells<'r>) -> Result<Option<Text>, Reason> {
    Ok(expr.eval(cells)?.map(|value| Text::from(value.as_ref())))
}

fn optional<'r>(expr: Option<&'r Expr>, cells: &mut Cells<'r>) -> Result<Option<Text>, Reason> {
    expr.map_or(Ok(None), |expr| text(expr, cells))
}

/// A value to set; the outer `None` leaves it alone, the inner clears it.
#[expect(clippy::option_option, reason = "leaving alone and clearing are different")]
fn set<'r>(
    expr: &'r Expr,
    clear: bool,
    cells: &mut Cells<'r>,
) -> Result<Option<Option<Text>>, Reason> {
    let value = text(expr, cells)?;
    Ok(if value.is_none() && !clear { None } else { Some(value) })
}

fn change<'r>(
    expr: Option<&'r Expr>,
    clear: bool,
    cells: &mut Cells<'r>,
) -> Result<Change, Reason> {
    let Some(expr) = expr else { return Ok(Change::Keep) };
    Ok(match text(expr, cells)? {
        Some(value) => Change::Set(value),
        None if clear => Change::Clear,
        None => Change::Keep,
    })
}

fn words<'r>(
    expr: Option<&'r Expr>,
    split: &str,
    cells: &mut Cells<'r>,
) -> Result<Vec<Text>, Reason> {
    let Some(expr) = expr else { return Ok(Vec::new()) };
    if let Some(texts) = expr.texts(cells)? {
        return Ok(texts.into_iter().map(Text::from).collect());
    }
    let Some(list) = expr.eval(cells)? else { return Ok(Vec::new()) };
    let plain = list.trim_start_matches('[').trim_end_matches(']');
    let parts: Vec<&str> =
        if split.is_empty() { vec![plain] } else { plain.split(split).collect() };
    let clean = parts.into_iter().map(|part| part.trim().trim_matches('"'));
    Ok(clean.filter(|part| !part.is_empty()).map(Text::from).collect())
}

fn tags<'r>(make: &'r Make, cells: &mut Cells<'r>) -> Result<Option<Kind>, Reason> {
    let Make::Tags { set, add, remove, split, clear } = make else { return Ok(None) };
    if set.is_some() {
        let tags = words(set.as_ref(), split, cells)?;
        return Ok((*clear || !tags.is_empty()).then_some(Kind::Tags(Tags::Set(tags))));
    }
    let (add, remove) = (words(add.as_ref(), split, cells)?, words(remove.as_ref(), split, cells)?);
    let nothing = add.is_empty() && remove.is_empty();
    Ok((!nothing).then_some(Kind::Tags(Tags::Edit { add, remove })))
}

fn created<'r>(spec: &'r CreatedSpec, cells: &mut Cells<'r>) -> Result<Created, Reason> {
    Ok(Created {
        channel: optional(spec.channel.as_ref(), cells)?,
        requester: optional(spec.requester.as_ref(), cells)?,
        account: optional(spec.account.as_ref(), cells)?,
        brand: optional(spec.brand.as_ref(), cells)?,
        product: optional(spec.product.as_ref(), cells)?,
        direction: match word(spec.direction.as_ref(), cells)?.as_deref() {
            None | Some("inbound") => Direction::Inbound,
            Some("outbound") => Direction::Outbound,
            Some(other) => return Err(unknown_word("direction", other, "inbound or outbound")),
        },
        parent: optional(spec.parent.as_ref(), cells)?,
        priority: optional(spec.priority.as_ref(), cells)?,
        kind: optional(spec.kind.as_ref(), cells)?,
        status: match word(spec.status.as_ref(), cells)? {
            Some(word) => Some(status_of(&word)?),
            None => None,
        },
        group: optional(spec.group.as_ref(), cells)?,
        agent: optional(spec.agent.as_ref(), cells)?,
        tags: words(spec.tags.as_ref(), &spec.split, cells)?,
        language: optional(spec.language.as_ref(), cells)?,
        test: flag("test", spec.test.as_ref(), cells)?,
    })
}

fn message<'r>(
    spec: &'r MessageSpec,
    cells: &mut Cells<'r>,
    setting: Setting,
) -> Result<Message, Reason> {
    let text = match &spec.text {
        Some(text) => text.eval(cells)?,
        None => None,
    };
    let length = match &spec.length {
        Some(length) => match length.eval(cells)? {
            Some(length) => u32::try_from(number::whole(&length, setting.mark)?).ok(),
            None => None,
        },
        None => text.as_ref().and_then(|text| u32::try_from(text.chars().count()).ok()),
    };
    let sentiment = match &spec.sentiment {
        Some(sentiment) => match sentiment.eval(cells)? {
            Some(text) => Some(number::score(&text, setting.mark)?),
            None => None,
        },
        None => None,
    };
    Ok(Message {
        visibility: match word(spec.visibility.as_ref(), cells)?.as_deref() {
            // Exports say `public: true` as often as `visibility: public`.
            None | Some("public" | "true" | "1" | "yes") => Visibility::Public,
            Some("internal" | "private" | "false" | "0" | "no") => Visibility::Internal,
            Some(other) => return Err(unknown_word("visibility", other, "public or internal")),
        },
        automated: flag("automated", spec.automated.as_ref(), cells)?,
        channel: optional(spec.channel.as_ref(), cells)?,
        length,
        language: optional(spec.language.as_ref(), cells)?,
        sentiment,
        text: if setting.keep_text { text.map(|text| Text::from(text.as_ref())) } else { None },
    })
}

fn rated<'r>(
    score: &'r Expr,
    scale: &'r (Expr, Expr),
    agent: Option<&'r Expr>,
    (cells, mark): (&mut Cells<'r>, DecimalMark),
) -> Result<Option<Kind>, Reason> {
    let Some(text) = score.eval(cells)? else { return Ok(None) };
    let score = number::score(&text, mark)?;
    let end = |expr: &'r Expr, cells: &mut Cells<'r>| -> Result<_, Reason> {
        let text = expr.eval(cells)?.unwrap_or_default();
        number::score(&text, DecimalMark::Point)
    };
    let (scale_min, scale_max) = (end(&scale.0, cells)?, end(&scale.1, cells)?);
    if score < scale_min || score > scale_max {
        let message = format!("`{text}` lies outside the scale of ratings");
        return Err(Reason::new("rating_off_scale", message)
            .hint("state the scale as `scale: [lowest, highest]`"));
    }
    Ok(Some(Kind::Rated { score, scale_min, scale_max, agent: optional(agent, cells)? }))
}

fn worked_seconds(text: &str, micros: i64, mark: DecimalMark) -> Result<u64, Reason> {
    let scaled = number::scaled(text, micros, mark)?;
    u64::try_from(scaled / 1_000_000)
        .ok()
        .filter(|_| scaled >= 0)
        .ok_or_else(|| Reason::new("negative_duration", format!("`{text}` is no time worked")))
}

fn word<'r>(expr: Option<&'r Expr>, cells: &mut Cells<'r>) -> Result<Option<String>, Reason> {
    let Some(expr) = expr else { return Ok(None) };
    Ok(expr.eval(cells)?.map(|value| normal_word(&value)))
}

fn flag<'r>(name: &str, expr: Option<&'r Expr>, cells: &mut Cells<'r>) -> Result<bool, Reason> {
    match word(expr, cells)?.as_deref() {
        None | Some("false" | "0" | "no" | "n" | "f") => Ok(false),
        Some("true" | "1" | "yes" | "y" | "t") => Ok(true),
        Some(other) => Err(unknown_word(name, other, "true or false")),
    }
}

fn unknown_word(name: &str, word: &str, known: &str) -> Reason {
    Reason::new("unmapped_value", format!("`{name}` is {known}, not `{word}`"))
        .hint("translate it with a `map` or `cases`")
}

/// The canonical status of that name.
///
/// # Errors
/// Where there is none: statuses are never guessed.
pub(crate) fn status_of(word: &str) -> Result<Status, Reason> {
    Ok(match normal_word(word).as_str() {
        "new" => Status::New,
        "open" => Status::Open,
        "pending" => Status::Pending,
        "on_hold" | "hold" => Status::OnHold,
        "solved" => Status::Solved,
        "closed" => Status::Closed,
        "deleted" => Status::Deleted,
        "spam" => Status::Spam,
        "restored" => Status::Restored,
        other => {
            let message = format!("`status`: nothing says what `{other}` means");
            return Err(Reason::new("unmapped_value", message)
                .hint("map it to new, open, pending, on_hold, solved, closed, deleted or spam"));
        }
    })
}

/// The role of that name.
///
/// # Errors
/// Where there is none.
pub(crate) fn role_of(word: &str) -> Result<Role, Reason> {
    Ok(match normal_word(word).as_str() {
        "requester" => Role::Requester,
        "agent" => Role::Agent,
        "bot" => Role::Bot,
        "system" => Role::System,
        other => {
            let message = format!("`role`: nothing says what `{other}` means");
            return Err(Reason::new("unmapped_value", message)
                .hint("map it to requester, agent, bot or system"));
        }
    })
}
