//! The six fact tables as data: every column's name, kind and meaning, and the Arrow schemas.

mod children;
mod tickets;
mod timeline;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

pub use timeline::timeline_fields;

/// One of the fact tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// One row per ticket: its facts, and its timeline as a nested column.
    Tickets,
    /// One row per customer turn: the first unanswered customer message up to the reply.
    Turns,
    /// One row per interval of unchanged status and owner; they tile the ticket's life.
    Spans,
    /// One row per SLA clock instance.
    Clocks,
    /// One row per deed of an agent on a ticket.
    Touches,
    /// One row per satisfaction offer, with its answer where there is one.
    Ratings,
}

impl Table {
    /// Every table, parents first.
    pub const ALL: [Self; 6] =
        [Self::Tickets, Self::Turns, Self::Spans, Self::Clocks, Self::Touches, Self::Ratings];

    /// The table's name in SQL, in file names and in definitions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Turns => "turns",
            Self::Spans => "spans",
            Self::Clocks => "clocks",
            Self::Touches => "touches",
            Self::Ratings => "ratings",
        }
    }

    /// The table of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// What one row stands for.
    pub const fn grain(self) -> &'static str {
        match self {
            Self::Tickets => "ticket",
            Self::Turns => "customer turn",
            Self::Spans => "interval of unchanged status and owner",
            Self::Clocks => "SLA clock instance",
            Self::Touches => "deed of an agent on a ticket",
            Self::Ratings => "satisfaction offer",
        }
    }

    /// The position of the table in [`Table::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The table's columns, in order.
    pub fn columns(self) -> &'static [Column] {
        static COLUMNS: LazyLock<[Vec<Column>; 6]> = LazyLock::new(|| {
            [
                tickets::columns(),
                children::turns(),
                children::spans(),
                children::clocks(),
                children::touches(),
                children::ratings(),
            ]
        });
        &COLUMNS[self.index()]
    }

    /// The column of that name.
    pub fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.name == name)
    }

    /// The table's Arrow schema; each field carries its meaning as metadata `doc`.
    pub fn schema(self) -> SchemaRef {
        static SCHEMAS: LazyLock<[SchemaRef; 6]> = LazyLock::new(|| {
            Table::ALL.map(|table| {
                let fields: Fields = table.columns().iter().map(Column::field).collect();
                Arc::new(Schema::new(fields))
            })
        });
        Arc::clone(&SCHEMAS[self.index()])
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A column of a fact table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name, with its unit last.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it is absent on some rows.
    pub nullable: bool,
    /// What it means, in one or two sentences.
    pub doc: Cow<'static, str>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// A whole number.
    Count,
    /// A length of time in microseconds.
    Duration,
    /// An instant: UTC microseconds without a zone.
    Time,
    /// A number with a fraction.
    Float,
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A list of texts.
    TextList,
    /// A map from text to text.
    TextMap,
    /// The nested timeline.
    Timeline,
}

impl ColumnKind {
    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Count | Self::Duration => DataType::Int64,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Float => DataType::Float64,
            Self::Text => DataType::Utf8,
            Self::Flag => DataType::Boolean,
            Self::TextList => DataType::List(Arc::new(Field::new("item", DataType::Utf8, false))),
            Self::TextMap => DataType::Map(Arc::new(map_entries()), false),
            Self::Timeline => DataType::List(Arc::new(timeline::item())),
        }
    }
}

/// The entries of a text map: a struct of a key and a value.
fn map_entries() -> Field {
    let fields =
        vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)];
    Field::new("entries", DataType::Struct(fields.into()), false)
}

impl Column {
    fn new(
        kind: ColumnKind,
        name: impl Into<Cow<'static, str>>,
        doc: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { name: name.into(), kind, nullable: true, doc: doc.into() }
    }

    /// The same column, never absent.
    fn required(self) -> Self {
        Self { nullable: false, ..self }
    }

    /// The Arrow field.
    pub fn field(&self) -> Field {
        Field::new(self.name.as_ref(), self.kind.data_type(), self.nullable)
            .with_metadata([("doc".to_owned(), self.doc.clone().into_owned())].into())
    }
}

fn count(name: &'static str, doc: &'static str) -> Column {
    Column::new(ColumnKind::Count, name, doc).required()
}

fn time(name: &'static str, doc: &'static str) -> Column {
    Column::new(ColumnKind::Time, name, doc)
}

fn text(name: &'static str, doc: &'static str) -> Column {
    Column::new(ColumnKind::Text, name, doc)
}

fn flag(name: &'static str, doc: &'static str) -> Column {
    Column::new(ColumnKind::Flag, name, doc).required()
}

fn float(name: &'static str, doc: &'static str) -> Column {
    Column::new(ColumnKind::Float, name, doc)
}

fn micros(name: impl Into<Cow<'static, str>>, doc: impl Into<Cow<'static, str>>) -> Column {
    Column::new(ColumnKind::Duration, name, doc)
}

/// The two columns of a duration: calendar clock and business clock.
fn both_clocks(name: &str, doc: &str) -> [Column; 2] {
    [
        micros(format!("{name}_us"), format!("{doc} Calendar clock.")),
        micros(
            format!("{name}_business_us"),
            format!("{doc} Business clock; absent where no calendar was in force."),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_named_once_and_explained() {
        for table in Table::ALL {
            let mut names = std::collections::BTreeSet::new();
            for column in table.columns() {
                assert!(names.insert(column.name.as_ref()), "{table}.{} twice", column.name);
                assert!(column.doc.ends_with('.'), "{table}.{} has no doc", column.name);
            }
            assert_eq!(table.schema().fields().len(), names.len());
            assert_eq!(Table::named(table.name()), Some(table));
        }
    }

    #[test]
    fn every_table_starts_with_the_ticket_number() {
        for table in Table::ALL {
            let first = &table.columns()[0];
            assert_eq!((first.name.as_ref(), first.nullable), ("number", false));
        }
    }
}
