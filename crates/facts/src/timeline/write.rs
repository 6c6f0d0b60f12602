//! Timelines into Arrow.

use super::marks::{AGENT_CLEARED, GROUP_CLEARED};
use crate::schema::timeline_fields;
use arrow::array::{
    Array, ArrayBuilder, ArrayRef, BooleanBuilder, Int64Builder, ListArray, StringBuilder,
    StructArray, TimestampMicrosecondBuilder, UInt64Builder,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::Field;
use event::{Change, Created, Entry, EscalationKind, Kind, Message, Score, Status, Tags, Text};
use serde::Serialize;
use std::sync::Arc;

/// Builds the nested timeline column, one row per ticket.
#[derive(Debug)]
pub(crate) struct TimelineWriter {
    offsets: Vec<i32>,
    len: i32,
    id: StringBuilder,
    sequence: UInt64Builder,
    at: TimestampMicrosecondBuilder,
    seen: TimestampMicrosecondBuilder,
    kind: StringBuilder,
    actor: StringBuilder,
    role: StringBuilder,
    team: StringBuilder,
    body: Body,
    origin: StringBuilder,
    extra: StringBuilder,
}

impl Default for TimelineWriter {
    fn default() -> Self {
        Self {
            offsets: vec![0],
            len: 0,
            id: StringBuilder::new(),
            sequence: UInt64Builder::new(),
            at: TimestampMicrosecondBuilder::new(),
            seen: TimestampMicrosecondBuilder::new(),
            kind: StringBuilder::new(),
            actor: StringBuilder::new(),
            role: StringBuilder::new(),
            team: StringBuilder::new(),
            body: Body::default(),
            origin: StringBuilder::new(),
            extra: StringBuilder::new(),
        }
    }
}

/// The columns that depend on the kind.
#[derive(Debug, Default)]
struct Body {
    public: BooleanBuilder,
    automated: BooleanBuilder,
    value: StringBuilder,
    name: StringBuilder,
    number: Int64Builder,
    data: StringBuilder,
}

/// One entry's values for the columns of [`Body`].
#[derive(Default)]
struct Cells<'a> {
    public: Option<bool>,
    automated: Option<bool>,
    value: Option<&'a str>,
    name: Option<&'a str>,
    number: Option<i64>,
    data: Option<String>,
}

impl TimelineWriter {
    /// Adds a ticket.
    pub(crate) fn push(&mut self, timeline: &[Entry]) {
        for entry in timeline {
            self.entry(entry);
        }
        // A batch that overflowed would already have failed on its text bytes, see `is_full`.
        self.len = self.len.saturating_add(i32::try_from(timeline.len()).unwrap_or(i32::MAX));
        self.offsets.push(self.len);
    }

    /// Bytes of text held by its largest columns.
    pub(crate) fn text_bytes(&self) -> usize {
        let data = self.body.data.values_slice().len();
        let values = self.body.value.values_slice().len();
        data.max(values).max(self.id.values_slice().len()).max(self.extra.values_slice().len())
    }

    fn entry(&mut self, entry: &Entry) {
        self.id.append_value(&entry.id);
        self.sequence.append_option(entry.sequence);
        self.at.append_value(entry.at.micros());
        self.seen.append_value(entry.seen.micros());
        self.kind.append_value(entry.kind.name());
        self.actor.append_option(entry.actor.id.as_deref());
        self.role.append_value(entry.actor.role.name());
        self.team.append_option(entry.actor.team.as_deref());
        self.body.push(cells(&entry.kind));
        self.origin.append_option(entry.origin.as_deref());
        self.extra.append_option(entry.extra.as_deref().map(json));
    }

    /// The column built so far; the writer is empty afterwards.
    pub(crate) fn finish(&mut self) -> ListArray {
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        self.len = 0;
        let columns: Vec<ArrayRef> = vec![
            texts(&mut self.id),
            Arc::new(self.sequence.finish()),
            times(&mut self.at),
            times(&mut self.seen),
            texts(&mut self.kind),
            texts(&mut self.actor),
            texts(&mut self.role),
            texts(&mut self.team),
            Arc::new(self.body.public.finish()),
            Arc::new(self.body.automated.finish()),
            texts(&mut self.body.value),
            texts(&mut self.body.name),
            Arc::new(self.body.number.finish()),
            texts(&mut self.body.data),
            texts(&mut self.origin),
            texts(&mut self.extra),
        ];
        let entries = StructArray::new(timeline_fields(), columns, None);
        let item = Field::new("item", entries.data_type().clone(), false);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        ListArray::new(Arc::new(item), offsets, Arc::new(entries), None)
    }
}

/// The column so far; the next batch finds room for as much again.
fn texts(column: &mut StringBuilder) -> ArrayRef {
    let next = StringBuilder::with_capacity(column.len(), column.values_slice().len());
    Arc::new(std::mem::replace(column, next).finish())
}

/// As [`texts`].
fn times(column: &mut TimestampMicrosecondBuilder) -> ArrayRef {
    let next = TimestampMicrosecondBuilder::with_capacity(column.len());
    Arc::new(std::mem::replace(column, next).finish())
}

impl Body {
    fn push(&mut self, cells: Cells<'_>) {
        self.public.append_option(cells.public);
        self.automated.append_option(cells.automated);
        self.value.append_option(cells.value);
        self.name.append_option(cells.name);
        self.number.append_option(cells.number);
        self.data.append_option(cells.data);
    }
}

/// What a kind writes into the columns of [`Body`].
fn cells(kind: &Kind) -> Cells<'_> {
    let none = Cells::default();
    match kind {
        Kind::Created(created) => Cells { data: Some(json(&CreatedData::of(created))), ..none },
        Kind::Message(message) => message_cells(message),
        Kind::Status { status, vendor } => {
            Cells { value: Some(status.name()), name: vendor.as_deref(), ..none }
        }
        Kind::Assigned { agent, group } => assigned_cells(agent, group),
        Kind::Priority(value) | Kind::Type(value) | Kind::Sla(value) | Kind::Schedule(value) => {
            Cells { value: value.as_deref(), ..none }
        }
        Kind::Tags(tags) => Cells { data: Some(json(&TagsData::of(tags))), ..none },
        Kind::Field { name, value } => Cells { value: value.as_deref(), name: Some(name), ..none },
        Kind::Escalated { kind, tier } => {
            let value = match kind {
                EscalationKind::Functional => "functional",
                EscalationKind::Hierarchical => "hierarchical",
            };
            Cells { value: Some(value), number: tier.map(i64::from), ..none }
        }
        Kind::Merged { into: ticket } | Kind::Split { from: ticket } => {
            Cells { value: Some(ticket), ..none }
        }
        Kind::Linked { kind, to } => Cells { value: Some(to), name: Some(kind), ..none },
        Kind::Rated { score, scale_min, scale_max, agent } => Cells {
            value: agent.as_deref(),
            number: Some(i64::from(score.thousandths())),
            data: Some(json(&(scale_min.thousandths(), scale_max.thousandths()))),
            ..none
        },
        Kind::Worked { agent, seconds } => Cells {
            value: agent.as_deref(),
            number: Some(i64::try_from(*seconds).unwrap_or(i64::MAX)),
            ..none
        },
        Kind::CsatOffered | Kind::Redacted => none,
    }
}

fn message_cells(message: &Message) -> Cells<'_> {
    let Message { visibility, automated, channel, length, language, sentiment, text } = message;
    let rest = language.is_some() || sentiment.is_some() || text.is_some();
    let (language, text) = (language.as_deref(), text.as_deref());
    let data = rest.then(|| json(&MessageData { language, sentiment: *sentiment, text }));
    Cells {
        public: Some(*visibility == event::Visibility::Public),
        automated: Some(*automated),
        value: channel.as_deref(),
        number: length.map(i64::from),
        data,
        name: None,
    }
}

fn assigned_cells<'a>(agent: &'a Change, group: &'a Change) -> Cells<'a> {
    let set = |change: &'a Change| match change {
        Change::Set(value) => Some(value.as_str()),
        Change::Keep | Change::Clear => None,
    };
    let mut cleared = 0;
    if *agent == Change::Clear {
        cleared |= AGENT_CLEARED;
    }
    if *group == Change::Clear {
        cleared |= GROUP_CLEARED;
    }
    let number = (cleared != 0).then_some(cleared);
    Cells { value: set(agent), name: set(group), number, ..Cells::default() }
}

/// JSON of a value whose serialisation cannot fail: text keys, no custom errors.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[derive(Serialize)]
struct MessageData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentiment: Option<Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// [`Created`] without what is absent; reads back through `Created`'s own defaults.
#[derive(Serialize)]
struct CreatedData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requester: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<event::Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Text]>::is_empty")]
    tags: &'a [Text],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

impl<'a> CreatedData<'a> {
    fn of(created: &'a Created) -> Self {
        Self {
            channel: created.channel.as_deref(),
            requester: created.requester.as_deref(),
            account: created.account.as_deref(),
            brand: created.brand.as_deref(),
            product: created.product.as_deref(),
            direction: Some(created.direction).filter(|d| *d != event::Direction::default()),
            parent: created.parent.as_deref(),
            priority: created.priority.as_deref(),
            kind: created.kind.as_deref(),
            status: created.status,
            group: created.group.as_deref(),
            agent: created.agent.as_deref(),
            tags: &created.tags,
            language: created.language.as_deref(),
            test: created.test,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum TagsData<'a> {
    Set { set: &'a [Text] },
    Edit { add: &'a [Text], remove: &'a [Text] },
}

impl<'a> TagsData<'a> {
    fn of(tags: &'a Tags) -> Self {
        match tags {
            Tags::Set(set) => Self::Set { set },
            Tags::Edit { add, remove } => Self::Edit { add, remove },
        }
    }
}
