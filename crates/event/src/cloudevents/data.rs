//! The fields of each type of ticket event.

use super::Reject;
use super::read::Fields;
use crate::limits::TEXT_BYTES_MAX;
use crate::{
    Created, Direction, EscalationKind, Kind, Message, Score, Status, Tags, Text, Visibility,
};

/// The words for statuses; the first of each is the canonical one.
pub(super) const STATUSES: [(&str, Status); 12] = [
    ("new", Status::New),
    ("open", Status::Open),
    ("pending", Status::Pending),
    ("on_hold", Status::OnHold),
    ("solved", Status::Solved),
    ("closed", Status::Closed),
    ("deleted", Status::Deleted),
    ("spam", Status::Spam),
    ("restored", Status::Restored),
    ("hold", Status::OnHold),
    ("on-hold", Status::OnHold),
    ("on hold", Status::OnHold),
];

/// The words for directions.
pub(super) const DIRECTIONS: [(&str, Direction); 2] =
    [("inbound", Direction::Inbound), ("outbound", Direction::Outbound)];

/// The words for visibilities.
pub(super) const VISIBILITIES: [(&str, Visibility); 2] =
    [("public", Visibility::Public), ("internal", Visibility::Internal)];

/// The words for ways up.
pub(super) const ESCALATIONS: [(&str, EscalationKind); 2] =
    [("functional", EscalationKind::Functional), ("hierarchical", EscalationKind::Hierarchical)];

/// The scale of a rating that doesn't name its own.
pub(super) const SCALE_DEFAULT: (Score, Score) =
    (Score::from_thousandths(1000), Score::from_thousandths(5000));

/// Reads the fields of the type `name`, which is one of [`super::TICKET_TYPES`].
pub(super) fn kind(name: &str, fields: &mut Fields<'_>) -> Result<Kind, Reject> {
    Ok(match name {
        "created" => Kind::Created(Box::new(created(fields)?)),
        "message" => Kind::Message(message(fields)?),
        "status" => Kind::Status {
            status: fields.word("status", &STATUSES)?.ok_or_else(|| fields.missing("status"))?,
            vendor: fields.name("vendor_status")?,
        },
        "assigned" => {
            Kind::Assigned { agent: fields.change("agent")?, group: fields.change("group")? }
        }
        "priority" => Kind::Priority(fields.name("priority")?),
        "type" => Kind::Type(fields.name("type")?),
        "tags" => Kind::Tags(tags(fields)?),
        "field" => {
            Kind::Field { name: required_name(fields, "name")?, value: fields.value("value")? }
        }
        "escalated" => Kind::Escalated {
            kind: fields.word("kind", &ESCALATIONS)?.ok_or_else(|| fields.missing("kind"))?,
            tier: whole_u32(fields, "tier")?,
        },
        "merged" => Kind::Merged { into: fields.required_id("into")? },
        "split" => Kind::Split { from: fields.required_id("from")? },
        "linked" => {
            Kind::Linked { kind: required_name(fields, "kind")?, to: fields.required_id("to")? }
        }
        "sla" => Kind::Sla(fields.name("policy")?),
        "schedule" => Kind::Schedule(fields.name("calendar")?),
        "csat_offered" => Kind::CsatOffered,
        "rated" => rated(fields)?,
        "worked" => Kind::Worked {
            agent: fields.optional_id("agent")?,
            // A year in seconds: more is a mistake of units.
            seconds: fields
                .whole("seconds", 31_536_000)?
                .ok_or_else(|| fields.missing("seconds"))?,
        },
        "redacted" => Kind::Redacted,
        other => {
            return Err(Reject::new("unknown_type", format!("unknown event type `{other}`")));
        }
    })
}

fn required_name(fields: &mut Fields<'_>, name: &str) -> Result<Text, Reject> {
    fields.name(name)?.ok_or_else(|| fields.missing(name))
}

fn whole_u32(fields: &mut Fields<'_>, name: &str) -> Result<Option<u32>, Reject> {
    let number = fields.whole(name, u64::from(u32::MAX))?;
    Ok(number.map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
}

fn created(fields: &mut Fields<'_>) -> Result<Created, Reject> {
    Ok(Created {
        channel: fields.name("channel")?,
        requester: fields.optional_id("requester")?,
        account: fields.optional_id("account")?,
        brand: fields.name("brand")?,
        product: fields.name("product")?,
        direction: fields.word("direction", &DIRECTIONS)?.unwrap_or_default(),
        parent: fields.optional_id("parent")?,
        priority: fields.name("priority")?,
        kind: fields.name("type")?,
        status: fields.word("status", &STATUSES)?,
        group: fields.name("group")?,
        agent: fields.optional_id("agent")?,
        tags: fields.names("tags")?.unwrap_or_default(),
        language: fields.name("language")?,
        test: fields.flag("test")?,
    })
}

fn message(fields: &mut Fields<'_>) -> Result<Message, Reject> {
    let message = Message {
        visibility: fields.word("visibility", &VISIBILITIES)?.unwrap_or_default(),
        automated: fields.flag("automated")?,
        channel: fields.name("channel")?,
        length: whole_u32(fields, "length")?,
        language: fields.name("language")?,
        sentiment: fields.score("sentiment")?,
        text: fields.text_within("text", TEXT_BYTES_MAX)?,
    };
    if message.sentiment.is_some_and(|score| score.thousandths().abs() > 1000) {
        return Err(Reject::new("out_of_range", "data.sentiment must be from -1 to 1"));
    }
    Ok(message)
}

/// `tags` sets them all; `add` and `remove` change the old ones.
fn tags(fields: &mut Fields<'_>) -> Result<Tags, Reject> {
    let set = fields.names("tags")?;
    let (add, remove) = (fields.names("add")?, fields.names("remove")?);
    match (set, add, remove) {
        (Some(tags), None, None) => Ok(Tags::Set(tags)),
        (Some(_), _, _) => {
            Err(Reject::new("contradiction", "data has `tags` beside `add` or `remove`")
                .hint("`tags` sets all of them, `add` and `remove` change the old ones"))
        }
        (None, None, None) => {
            Err(fields.missing("tags").hint("give `tags`, or `add` and `remove`"))
        }
        (None, add, remove) => {
            Ok(Tags::Edit { add: add.unwrap_or_default(), remove: remove.unwrap_or_default() })
        }
    }
}

fn rated(fields: &mut Fields<'_>) -> Result<Kind, Reject> {
    let score = fields.score("score")?.ok_or_else(|| fields.missing("score"))?;
    let scale_min = fields.score("scale_min")?.unwrap_or(SCALE_DEFAULT.0);
    let scale_max = fields.score("scale_max")?.unwrap_or(SCALE_DEFAULT.1);
    if scale_min >= scale_max || score < scale_min || score > scale_max {
        let show = |score: Score| f64::from(score.thousandths()) / 1000.0;
        let message = format!(
            "data.score is {}, outside its scale from {} to {}",
            show(score),
            show(scale_min),
            show(scale_max)
        );
        return Err(Reject::new("out_of_range", message)
            .hint("give `scale_min` and `scale_max`; where absent they are 1 and 5"));
    }
    Ok(Kind::Rated { score, scale_min, scale_max, agent: fields.optional_id("agent")? })
}
