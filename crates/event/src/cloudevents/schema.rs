//! The JSON Schema of every type, as data beside the reader that enforces it.

use super::data::{DIRECTIONS, ESCALATIONS, STATUSES, VISIBILITIES};
use super::read::ROLES;
use super::{PREFIX, RECORD_TYPES, TICKET_PREFIX, TICKET_TYPES};
use crate::limits::{ID_BYTES_MAX, NAME_BYTES_MAX, TAGS_MAX, TEXT_BYTES_MAX};
use serde_json::{Map, Value, json};

/// The schema of each type, by its full name, ticket events first.
pub fn schemas() -> Vec<(String, Value)> {
    let tickets = TICKET_TYPES.iter().map(|name| {
        let type_ = format!("{TICKET_PREFIX}{name}");
        let schema = ticket_event(name, &type_);
        (type_, schema)
    });
    let records = RECORD_TYPES.iter().map(|name| {
        let type_ = format!("{PREFIX}{name}");
        let schema = record(name, &type_);
        (type_, schema)
    });
    tickets.chain(records).collect()
}

/// One field of a type's `data`.
struct Field {
    name: &'static str,
    required: bool,
    schema: Value,
}

fn optional(name: &'static str, schema: Value, description: &str) -> Field {
    Field { name, required: false, schema: described(schema, description) }
}

fn required(name: &'static str, schema: Value, description: &str) -> Field {
    Field { name, required: true, schema: described(schema, description) }
}

fn described(mut schema: Value, description: &str) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert("description".to_owned(), json!(description));
    }
    schema
}

fn id() -> Value {
    json!({"type": ["string", "null"], "maxLength": ID_BYTES_MAX})
}

fn needed_id() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": ID_BYTES_MAX})
}

fn name() -> Value {
    json!({"type": ["string", "null"], "maxLength": NAME_BYTES_MAX})
}

fn names() -> Value {
    let items = json!({"type": "string", "maxLength": NAME_BYTES_MAX});
    json!({"type": ["array", "null"], "items": items, "maxItems": TAGS_MAX})
}

fn needed_name() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": NAME_BYTES_MAX})
}

fn number() -> Value {
    json!({"type": ["number", "null"]})
}

fn flag() -> Value {
    json!({"type": ["boolean", "null"]})
}

fn whole() -> Value {
    json!({"type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX})
}

fn words<T>(words: &[(&'static str, T)]) -> Value {
    json!({"enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>()})
}

/// What the type means, its fields, and the `data` of an example.
fn describe(name: &str) -> (&'static str, Vec<Field>, Value) {
    match name {
        "created" => (
            "A ticket came into being.",
            created_fields(),
            json!({"channel": "email", "requester": "c-17", "account": "a-3",
                "priority": "normal", "direction": "inbound"}),
        ),
        "message" => (
            "Somebody, or something, wrote on the ticket.",
            message_fields(),
            json!({"visibility": "public", "length": 420}),
        ),
        "assigned" => (
            "The owner changed: a field left out keeps its value, null clears it.",
            vec![
                optional("agent", name_or_clear(), "The owning agent."),
                optional("group", name_or_clear(), "The owning group."),
            ],
            json!({"agent": "g-2", "group": null}),
        ),
        "tags" => (
            "The tags changed: either all of them are set, or some added and removed.",
            vec![
                optional("tags", names(), "Exactly these from now on."),
                optional("add", names(), "Added to the old ones."),
                optional("remove", names(), "Removed from the old ones."),
            ],
            json!({"add": ["refund"], "remove": ["triage"]}),
        ),
        "rated" => (
            "The customer rated the ticket.",
            vec![
                required("score", json!({"type": "number"}), "The rating, within its scale."),
                optional("scale_min", number(), "Lowest rating of the scale; 1 where absent."),
                optional("scale_max", number(), "Highest rating of the scale; 5 where absent."),
                optional("agent", id(), "The agent rated, where the survey says."),
            ],
            json!({"score": 4, "scale_min": 1, "scale_max": 5}),
        ),
        _ => describe_change(name).unwrap_or_else(|| describe_course(name)),
    }
}

/// The types that change one property of a ticket.
fn describe_change(name_: &str) -> Option<(&'static str, Vec<Field>, Value)> {
    Some(match name_ {
        "status" => (
            "The status changed.",
            vec![
                required("status", words(&STATUSES), "The canonical status."),
                optional("vendor_status", name(), "The source's own name for it."),
            ],
            json!({"status": "solved"}),
        ),
        "priority" => (
            "The priority changed; null or absent clears it.",
            vec![optional("priority", name(), "The new priority.")],
            json!({"priority": "urgent"}),
        ),
        "type" => (
            "The type changed; null or absent clears it.",
            vec![optional("type", name(), "The new type.")],
            json!({"type": "incident"}),
        ),
        "field" => (
            "A custom field changed; null or absent clears it.",
            vec![
                required("name", needed_name(), "The field's name."),
                optional("value", json!({}), "Its new value; kept as text."),
            ],
            json!({"name": "plan", "value": "gold"}),
        ),
        "sla" => (
            "The source applied a named SLA policy; null or absent removes it.",
            vec![optional("policy", name(), "The policy's name.")],
            json!({"policy": "gold"}),
        ),
        "schedule" => (
            "The source applied a named business calendar; null or absent removes it.",
            vec![optional("calendar", name(), "The calendar's name.")],
            json!({"calendar": "berlin"}),
        ),
        _ => return None,
    })
}

/// The types that happen in a ticket's course.
fn describe_course(name: &str) -> (&'static str, Vec<Field>, Value) {
    match name {
        "escalated" => (
            "The ticket went up, to a higher tier or to management.",
            vec![
                required("kind", words(&ESCALATIONS), "Which way up."),
                optional("tier", whole(), "The tier it reached."),
            ],
            json!({"kind": "functional", "tier": 2}),
        ),
        "merged" => (
            "This ticket was merged away.",
            vec![required("into", needed_id(), "The ticket that goes on.")],
            json!({"into": "4712"}),
        ),
        "split" => (
            "This ticket was split off another.",
            vec![required("from", needed_id(), "The ticket it came from.")],
            json!({"from": "4700"}),
        ),
        "linked" => (
            "This ticket was linked to another.",
            vec![
                required("kind", needed_name(), "problem, follow_up, duplicate, or another word."),
                required("to", needed_id(), "The other ticket."),
            ],
            json!({"kind": "problem", "to": "4000"}),
        ),
        "csat_offered" => ("A satisfaction survey was sent.", Vec::new(), json!({})),
        "worked" => (
            "Time was booked on the ticket.",
            vec![
                optional("agent", id(), "Who worked; the actor where absent."),
                required(
                    "seconds",
                    json!({"type": "integer", "minimum": 0, "maximum": 31_536_000}),
                    "Effort in seconds.",
                ),
            ],
            json!({"agent": "g-2", "seconds": 540}),
        ),
        _ => ("Content was removed from the ticket.", Vec::new(), json!({})),
    }
}

fn name_or_clear() -> Value {
    json!({"type": ["string", "null"], "maxLength": NAME_BYTES_MAX})
}

fn created_fields() -> Vec<Field> {
    vec![
        optional("channel", name(), "email, web, chat, phone, messaging, social, api…"),
        optional("requester", id(), "The customer."),
        optional("account", id(), "The customer's organisation."),
        optional("brand", name(), "The brand written to."),
        optional("product", name(), "The product it is about."),
        optional("direction", words(&DIRECTIONS), "Who contacted whom; inbound where absent."),
        optional("parent", id(), "The ticket this one follows up."),
        optional("priority", name(), "First priority."),
        optional("type", name(), "First type."),
        optional("status", words(&STATUSES), "First status; new where absent."),
        optional("group", name(), "First owning group."),
        optional("agent", id(), "First owning agent."),
        optional("tags", names(), "First tags."),
        optional("language", name(), "Language of the conversation, BCP 47."),
        optional("test", flag(), "A test, to be left out of every number."),
    ]
}

fn message_fields() -> Vec<Field> {
    vec![
        optional("visibility", words(&VISIBILITIES), "Who can read it; public where absent."),
        optional("automated", flag(), "Sent by a rule in somebody's name, or an auto-reply."),
        optional("channel", name(), "Channel, where it differs from the ticket's."),
        optional("length", whole(), "Length in characters."),
        optional("language", name(), "Language, BCP 47."),
        optional(
            "sentiment",
            json!({"type": ["number", "null"], "minimum": -1, "maximum": 1}),
            "Sentiment, where the source scored it.",
        ),
        optional(
            "text",
            json!({"type": ["string", "null"], "maxLength": TEXT_BYTES_MAX}),
            "The text; left out unless retention allows it.",
        ),
    ]
}

fn ticket_event(name: &str, type_: &str) -> Value {
    let (description, fields, example) = describe(name);
    let mut properties = Map::new();
    properties.insert("actor".to_owned(), actor());
    let mut needed = Vec::new();
    for field in fields {
        if field.required {
            needed.push(json!(field.name));
        }
        properties.insert(field.name.to_owned(), field.schema);
    }
    let data = json!({
        "type": "object",
        "description": "Fields not listed here are kept as custom fields of the ticket.",
        "properties": properties,
        "required": needed,
    });
    let mut example_data = json!({"actor": {"id": "g-2", "role": "agent", "team": "billing"}});
    if let (Value::Object(all), Value::Object(own)) = (&mut example_data, example) {
        all.extend(own);
    }
    let example = json!({
        "specversion": "1.0", "type": type_, "source": "acme", "id": "e1", "subject": "4711",
        "time": "2026-03-02T09:00:00Z", "data": example_data,
    });
    envelope(type_, description, &data, &example)
}

fn actor() -> Value {
    json!({
        "type": ["object", "null"],
        "description": "Who did it; the help desk itself where absent.",
        "properties": {
            "id": described(id(), "Their id in the source."),
            "role": described(words(&ROLES), "Their role when it happened."),
            "team": described(id(), "The team they acted for."),
        },
        "required": ["role"],
    })
}

fn record(name: &str, type_: &str) -> Value {
    let description =
        format!("A record of kind {name}. Of one source and id, the latest `time` counts.");
    let data = json!({"type": ["object", "null"]});
    let example = json!({
        "specversion": "1.0", "type": type_, "source": "acme", "id": "r1",
        "time": "2026-03-02T09:00:00Z", "data": {},
    });
    envelope(type_, &description, &data, &example)
}

/// The schema of an event of one type, envelope and all.
fn envelope(type_: &str, description: &str, data: &Value, example: &Value) -> Value {
    let is_ticket = type_.starts_with(TICKET_PREFIX);
    let instant = |description: &str| {
        described(json!({"type": "string", "format": "date-time"}), description)
    };
    let mut properties = json!({
        "specversion": {"const": "1.0"},
        "type": {"const": type_},
        "source": described(needed_id(), "Name of the connection."),
        "id": described(needed_id(), "Unique within the source: by it duplicates are known."),
        "time": instant("When it happened, 1970 to 2199."),
        "data": data,
    });
    let mut needed = vec!["specversion", "type", "source", "id", "time"];
    if let (true, Value::Object(properties)) = (is_ticket, &mut properties) {
        let subject = described(needed_id(), "The ticket's id in the source.");
        properties.insert("subject".to_owned(), subject);
        let order = json!({"type": ["integer", "string", "null"], "minimum": 0,
            "pattern": "^[0-9]{1,20}$"});
        let order = described(order, "The source's own order among events of one instant.");
        properties.insert("sequence".to_owned(), order);
        let recorded = instant("When we learnt of it; on arrival where absent.");
        properties.insert("recordedtime".to_owned(), recorded);
        needed.push("subject");
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{type_}.json"),
        "title": type_,
        "description": description,
        "type": "object",
        "properties": properties,
        "required": needed,
        "examples": [example],
    })
}
