//! Dimensions: what numbers can be split and filtered by.

use crate::compiled::ValueOrder;
use crate::issue::Issue;
use crate::time::WEEKDAYS;
use arrow::datatypes::DataType;
use facts::Table;

/// The group of what has no value; it is shown, never dropped.
pub const NONE: &str = "(none)";

/// Moments at which a ticket's agent, group, priority and type are kept.
pub const MOMENTS: [&str; 6] =
    ["current", "created", "first_reply", "first_solve", "solve", "rated"];

/// Names of the age buckets with their exclusive upper bounds in microseconds; half-open.
pub const AGE_BUCKETS: [(&str, Option<i64>); 7] = [
    ("<4h", Some(4 * HOUR)),
    ("4-24h", Some(24 * HOUR)),
    ("1-3d", Some(3 * 24 * HOUR)),
    ("3-7d", Some(7 * 24 * HOUR)),
    ("7-14d", Some(14 * 24 * HOUR)),
    ("14-30d", Some(30 * 24 * HOUR)),
    (">=30d", None),
];
const HOUR: i64 = 3_600_000_000;

/// A dimension in words, for lists of what can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Dimension {
    /// Its name in questions.
    pub name: &'static str,
    /// What it is.
    pub text: &'static str,
}

const fn dimension(name: &'static str, text: &'static str) -> Dimension {
    Dimension { name, text }
}

/// Every dimension by name; `field.NAME` stands for every custom field.
pub const DIMENSIONS: &[Dimension] = &[
    dimension("channel", "Channel of the ticket: email, chat, phone, …"),
    dimension("priority", "Priority at the attributed moment; `current.priority` for today's."),
    dimension("type", "Type of the ticket at the attributed moment."),
    dimension("status", "Status now; for a stock, the status at the instant."),
    dimension("group", "Group at the attributed moment; `current.group` for today's."),
    dimension(
        "agent",
        "Who gets the credit: replier, solver, rated agent; `current.agent` for today's.",
    ),
    dimension("requester", "The customer who asked."),
    dimension("account", "The customer's organisation."),
    dimension("brand", "Brand."),
    dimension("product", "Product."),
    dimension("tag", "Tags now; a ticket counts in every one of its tags."),
    dimension("language", "Language."),
    dimension("calendar", "Business calendar."),
    dimension("sla_policy", "SLA policy."),
    dimension("source", "The connection that the ticket came through."),
    dimension("direction", "Inbound or outbound."),
    dimension("topic", "Topic."),
    dimension(
        "excluded",
        "Why a ticket is outside the default population: test, spam, deleted or merged. Splitting or filtering by it counts all tickets.",
    ),
    dimension("field.NAME", "The custom field NAME."),
    dimension("hour_of_day", "Local hour of the attributed instant, 0 to 23."),
    dimension("day_of_week", "Local weekday of the attributed instant."),
    dimension("age_bucket", "Age at the instant; for a stock without a grain."),
    dimension("clock", "SLA clock: first_reply, next_reply, …; for SLA metrics."),
    dimension("policy", "SLA policy of the clock; for SLA metrics."),
];

/// A dimension as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Canonical name, as in rows.
    pub(crate) name: String,
    pub(crate) what: What,
}

/// What a dimension or a filter's field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// agent, group, priority or type, at the attributed moment or the one named.
    Momentous {
        column: &'static str,
        moment: Option<&'static str>,
    },
    /// A column of the row's own table or of tickets.
    Column(String),
    Tag,
    /// What is odd about the ticket's history; for filters only.
    Anomaly,
    Field(String),
    HourOfDay,
    DayOfWeek,
    AgeBucket,
}

const MOMENTOUS: [&str; 4] = ["agent", "group", "priority", "type"];

/// Reads the name of a dimension (`split`) or of a filter's field, which may be any flat column of
/// tickets besides.
pub(crate) fn read(name: &str, split: bool, place: &str) -> Result<Asked, Issue> {
    let name = name.trim();
    let asked = |what| Ok(Asked { name: name.to_owned(), what });
    if let Some(field) = name.strip_prefix("field.")
        && !field.is_empty()
    {
        return asked(What::Field(field.to_owned()));
    }
    let (moment, plain) = match name.split_once('.') {
        Some((moment, plain)) => (MOMENTS.iter().find(|known| **known == moment), plain),
        None => (None, name),
    };
    if let Some(column) = MOMENTOUS.iter().find(|known| **known == plain)
        && (moment.is_some() || plain == name)
    {
        return asked(What::Momentous { column, moment: moment.copied() });
    }
    match name {
        "tag" | "tags" => return Ok(Asked { name: "tag".to_owned(), what: What::Tag }),
        "anomaly" if !split => return asked(What::Anomaly),
        "hour_of_day" => return asked(What::HourOfDay),
        "day_of_week" => return asked(What::DayOfWeek),
        "age_bucket" => return asked(What::AgeBucket),
        _ => {}
    }
    let listed = DIMENSIONS.iter().any(|known| known.name == name);
    let column = Table::Tickets.schema().field_with_name(name).ok().map(|f| f.data_type().clone());
    let allowed = match column {
        Some(DataType::Boolean | DataType::Utf8) => true,
        Some(DataType::Int64 | DataType::Float64 | DataType::Timestamp(..)) => !split,
        _ => false,
    };
    if listed || allowed {
        return asked(What::Column(name.to_owned()));
    }
    let known = DIMENSIONS.iter().map(|dimension| dimension.name);
    Err(Issue::new("unknown_dimension", place, format!("there is no dimension `{name}`"))
        .did_you_mean(name, known))
}

impl Asked {
    /// How its values are ordered, weeks beginning on day `first` (0 = Monday).
    pub(crate) fn order(&self, first: usize) -> ValueOrder {
        match self.what {
            What::HourOfDay => ValueOrder::Number,
            What::DayOfWeek => {
                ValueOrder::Listed((0..7).map(|day| WEEKDAYS[(first + day) % 7].0).collect())
            }
            What::AgeBucket => {
                ValueOrder::Listed(AGE_BUCKETS.iter().map(|(name, _)| *name).collect())
            }
            What::Momentous { column: "priority", .. } => {
                ValueOrder::Listed(vec!["urgent", "high", "normal", "low"])
            }
            What::Momentous { .. }
            | What::Column(_)
            | What::Tag
            | What::Anomaly
            | What::Field(_) => ValueOrder::Text,
        }
    }
}
