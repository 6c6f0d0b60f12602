//! Timelines out of Arrow.

use super::marks::{AGENT_CLEARED, GROUP_CLEARED};
use crate::schema::timeline_fields;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray, StringArray, StructArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt64Type};
use event::{
    Actor, Change, Created, Entry, EscalationKind, Extra, Instant, Kind, Message, Role, Score,
    Status, Tags, Text, Visibility,
};
use serde::Deserialize;

/// Why a timeline column can't be read.
#[derive(Debug, thiserror::Error)]
pub enum TimelineError {
    /// A column is missing from the nested struct.
    #[error("the timeline has no column `{0}`")]
    Missing(String),
    /// A column can't be brought to its type.
    #[error("timeline column `{column}` has the wrong type")]
    Type {
        /// The column.
        column: String,
        /// What the cast said.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// An entry holds a word that its column can't hold.
    #[error("timeline entry {entry}: column `{column}` holds `{value}`")]
    Word {
        /// Position among the entries of the batch.
        entry: usize,
        /// The column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
    /// An entry's JSON can't be read.
    #[error("timeline entry {entry}: column `{column}` holds no valid JSON")]
    Json {
        /// Position among the entries of the batch.
        entry: usize,
        /// The column.
        column: &'static str,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// There is no such row.
    #[error("the timeline column has {rows} rows, row {row} was asked for")]
    Row {
        /// The row asked for.
        row: usize,
        /// How many there are.
        rows: usize,
    },
}

/// Reads timelines from the nested column, by row.
#[derive(Debug)]
pub struct TimelineReader {
    offsets: OffsetBuffer<i32>,
    id: StringArray,
    sequence: UInt64Array,
    at: TimestampMicrosecondArray,
    seen: TimestampMicrosecondArray,
    kind: StringArray,
    actor: StringArray,
    role: StringArray,
    team: StringArray,
    public: BooleanArray,
    automated: BooleanArray,
    value: StringArray,
    name: StringArray,
    number: Int64Array,
    data: StringArray,
    origin: StringArray,
    extra: StringArray,
}

impl TimelineReader {
    /// Prepares to read a column; columns in another order or of a kindred type will do.
    pub fn new(list: &ListArray) -> Result<Self, TimelineError> {
        let entries = list.values().as_struct_opt();
        let entries = entries.ok_or_else(|| TimelineError::Missing("item".to_owned()))?;
        let text = |name| column(entries, name).map(|array| array.as_string::<i32>().clone());
        let time = |name| {
            column(entries, name)
                .map(|array| array.as_primitive::<TimestampMicrosecondType>().clone())
        };
        let flag = |name| column(entries, name).map(|array| array.as_boolean().clone());
        Ok(Self {
            offsets: list.offsets().clone(),
            id: text("id")?,
            sequence: column(entries, "sequence")?.as_primitive::<UInt64Type>().clone(),
            at: time("at")?,
            seen: time("seen")?,
            kind: text("kind")?,
            actor: text("actor")?,
            role: text("role")?,
            team: text("team")?,
            public: flag("public")?,
            automated: flag("automated")?,
            value: text("value")?,
            name: text("name")?,
            number: column(entries, "number")?.as_primitive::<Int64Type>().clone(),
            data: text("data")?,
            origin: text("origin")?,
            extra: text("extra")?,
        })
    }

    /// How many tickets the column holds.
    pub fn rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The timeline of one row, in the order it was written.
    pub fn read(&self, row: usize) -> Result<Vec<Entry>, TimelineError> {
        let mut timeline = Vec::new();
        self.read_into(row, &mut timeline)?;
        Ok(timeline)
    }

    /// As [`TimelineReader::read`], into a vector that is cleared first.
    pub fn read_into(&self, row: usize, timeline: &mut Vec<Entry>) -> Result<(), TimelineError> {
        let missing = || TimelineError::Row { row, rows: self.rows() };
        let ends = self.offsets.get(row..row.saturating_add(2)).ok_or_else(missing)?;
        let [from, to] = [ends[0], ends[1]].map(|end| usize::try_from(end).unwrap_or(0));
        timeline.clear();
        timeline.reserve(to - from);
        for at in from..to {
            timeline.push(self.entry(at)?);
        }
        Ok(())
    }

    fn entry(&self, at: usize) -> Result<Entry, TimelineError> {
        let role = self.role.value(at);
        Ok(Entry {
            id: self.id.value(at).into(),
            sequence: self.sequence.is_valid(at).then(|| self.sequence.value(at)),
            at: Instant::from_micros(self.at.value(at)),
            seen: Instant::from_micros(self.seen.value(at)),
            actor: Actor {
                id: text(&self.actor, at),
                role: Role::named(role).ok_or_else(|| word(at, "role", role))?,
                team: text(&self.team, at),
            },
            kind: self.kind(at)?,
            origin: text(&self.origin, at),
            extra: match self.extra.is_valid(at) {
                true => Some(Box::new(json::<Extra>(&self.extra, at, "extra")?)),
                false => None,
            },
        })
    }

    fn kind(&self, at: usize) -> Result<Kind, TimelineError> {
        let value = || text(&self.value, at);
        let required = || self.value.value(at).into();
        Ok(match self.kind.value(at) {
            "created" => Kind::Created(Box::new(json::<Created>(&self.data, at, "data")?)),
            "message" => Kind::Message(self.message(at)?),
            "status" => {
                let name = self.value.value(at);
                let status = Status::named(name).ok_or_else(|| word(at, "value", name))?;
                Kind::Status { status, vendor: text(&self.name, at) }
            }
            "assigned" => self.assigned(at),
            "priority" => Kind::Priority(value()),
            "type" => Kind::Type(value()),
            "tags" => Kind::Tags(match json(&self.data, at, "data")? {
                TagsData::Set { set } => Tags::Set(set),
                TagsData::Edit { add, remove } => Tags::Edit { add, remove },
            }),
            "field" => Kind::Field { name: self.name.value(at).into(), value: value() },
            "escalated" => Kind::Escalated {
                kind: match self.value.value(at) {
                    "functional" => EscalationKind::Functional,
                    "hierarchical" => EscalationKind::Hierarchical,
                    other => return Err(word(at, "value", other)),
                },
                tier: self.number(at).and_then(|tier| u32::try_from(tier).ok()),
            },
            "merged" => Kind::Merged { into: required() },
            "split" => Kind::Split { from: required() },
            "linked" => Kind::Linked { kind: self.name.value(at).into(), to: required() },
            "sla" => Kind::Sla(value()),
            "schedule" => Kind::Schedule(value()),
            "csat_offered" => Kind::CsatOffered,
            "rated" => self.rated(at)?,
            "worked" => {
                let seconds = self.number(at).and_then(|secs| u64::try_from(secs).ok());
                Kind::Worked { agent: value(), seconds: seconds.unwrap_or(0) }
            }
            "redacted" => Kind::Redacted,
            other => return Err(word(at, "kind", other)),
        })
    }

    fn number(&self, at: usize) -> Option<i64> {
        self.number.is_valid(at).then(|| self.number.value(at))
    }

    fn message(&self, at: usize) -> Result<Message, TimelineError> {
        let data = match self.data.is_valid(at) {
            true => json::<MessageData>(&self.data, at, "data")?,
            false => MessageData::default(),
        };
        let public = self.public.is_valid(at) && self.public.value(at);
        Ok(Message {
            visibility: if public { Visibility::Public } else { Visibility::Internal },
            automated: self.automated.is_valid(at) && self.automated.value(at),
            channel: text(&self.value, at),
            length: self.number(at).and_then(|length| u32::try_from(length).ok()),
            language: data.language,
            sentiment: data.sentiment,
            text: data.text,
        })
    }

    fn assigned(&self, at: usize) -> Kind {
        let cleared = self.number(at).unwrap_or(0);
        let change = |set: Option<Text>, bit: i64| match set {
            Some(value) => Change::Set(value),
            None if cleared & bit != 0 => Change::Clear,
            None => Change::Keep,
        };
        Kind::Assigned {
            agent: change(text(&self.value, at), AGENT_CLEARED),
            group: change(text(&self.name, at), GROUP_CLEARED),
        }
    }

    fn rated(&self, at: usize) -> Result<Kind, TimelineError> {
        let (scale_min, scale_max) = json::<(i32, i32)>(&self.data, at, "data")?;
        let score = self.number(at).and_then(|score| i32::try_from(score).ok()).unwrap_or(0);
        Ok(Kind::Rated {
            score: Score::from_thousandths(score),
            scale_min: Score::from_thousandths(scale_min),
            scale_max: Score::from_thousandths(scale_max),
            agent: text(&self.value, at),
        })
    }
}

/// A column of the struct, cast to the type that the schema says where it has another.
fn column(entries: &StructArray, name: &str) -> Result<ArrayRef, TimelineError> {
    let missing = || TimelineError::Missing(name.to_owned());
    let array = entries.column_by_name(name).ok_or_else(missing)?;
    let fields = timeline_fields();
    let (_, field) = fields.find(name).ok_or_else(missing)?;
    if array.data_type() == field.data_type() {
        return Ok(ArrayRef::clone(array));
    }
    arrow::compute::cast(array, field.data_type())
        .map_err(|source| TimelineError::Type { column: name.to_owned(), source })
}

fn text(array: &StringArray, at: usize) -> Option<Text> {
    array.is_valid(at).then(|| array.value(at).into())
}

fn word(entry: usize, column: &'static str, value: &str) -> TimelineError {
    TimelineError::Word { entry, column, value: value.to_owned() }
}

fn json<'a, T: Deserialize<'a>>(
    array: &'a StringArray,
    entry: usize,
    column: &'static str,
) -> Result<T, TimelineError> {
    serde_json::from_str(array.value(entry)).map_err(|source| TimelineError::Json {
        entry,
        column,
        source,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MessageData {
    language: Option<Text>,
    sentiment: Option<Score>,
    text: Option<Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TagsData {
    Set { set: Vec<Text> },
    Edit { add: Vec<Text>, remove: Vec<Text> },
}
