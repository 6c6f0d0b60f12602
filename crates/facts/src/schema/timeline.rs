//! The nested timeline column: one struct per entry.

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};

/// The list item: an entry.
pub(super) fn item() -> Field {
    Field::new("item", DataType::Struct(timeline_fields()), false)
}

/// The fields of one timeline entry, in order.
///
/// `value`, `name`, `number` and `data` hold what the kind needs: `value` the main word (status,
/// priority, agent, channel of a message, ticket merged into…), `name` the second (vendor's
/// status, group, field name, kind of link), `number` the figure (length of a message, seconds
/// worked, score in thousandths, tier), `data` the rest as JSON.
pub fn timeline_fields() -> Fields {
    let time = DataType::Timestamp(TimeUnit::Microsecond, None);
    let fields = [
        ("id", DataType::Utf8, false, "The event's id within the source."),
        ("sequence", DataType::UInt64, true, "The source's own order within one instant."),
        ("at", time.clone(), false, "When it happened."),
        ("seen", time, false, "When we learnt of it."),
        ("kind", DataType::Utf8, false, "What happened: the event type without its prefix."),
        ("actor", DataType::Utf8, true, "Who did it."),
        ("role", DataType::Utf8, false, "requester, agent, bot or system, as it was then."),
        ("team", DataType::Utf8, true, "The team they acted for."),
        ("public", DataType::Boolean, true, "Messages: whether the customer can read it."),
        ("automated", DataType::Boolean, true, "Messages: whether a rule wrote it."),
        ("value", DataType::Utf8, true, "The main word of the kind."),
        ("name", DataType::Utf8, true, "The second word of the kind."),
        ("number", DataType::Int64, true, "The figure of the kind."),
        ("data", DataType::Utf8, true, "The rest of the kind, as JSON."),
        ("origin", DataType::Utf8, true, "The merged-away ticket it was first written on."),
        ("extra", DataType::Utf8, true, "Fields the type does not know, as a JSON object."),
    ];
    fields
        .into_iter()
        .map(|(name, kind, nullable, doc)| {
            Field::new(name, kind, nullable)
                .with_metadata([("doc".to_owned(), doc.to_owned())].into())
        })
        .collect()
}
