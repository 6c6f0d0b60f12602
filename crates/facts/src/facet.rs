//! What of a ticket an SLA policy can ask for.

use event::Text;

/// A facet of a ticket, by which policies choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Facet {
    Source,
    Channel,
    Requester,
    Account,
    Brand,
    Product,
    Language,
    Direction,
    Priority,
    Type,
    Group,
    Agent,
    Tag,
    Field(Text),
}

impl Facet {
    /// The names of all facets but custom fields.
    pub(crate) const NAMES: [&'static str; 13] = [
        "source",
        "channel",
        "requester",
        "account",
        "brand",
        "product",
        "language",
        "direction",
        "priority",
        "type",
        "group",
        "agent",
        "tag",
    ];

    /// The facet of that name; `field.<name>` is a custom field.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "source" => Self::Source,
            "channel" => Self::Channel,
            "requester" => Self::Requester,
            "account" => Self::Account,
            "brand" => Self::Brand,
            "product" => Self::Product,
            "language" => Self::Language,
            "direction" => Self::Direction,
            "priority" => Self::Priority,
            "type" => Self::Type,
            "group" => Self::Group,
            "agent" => Self::Agent,
            "tag" => Self::Tag,
            other => Self::Field(other.strip_prefix("field.")?.into()),
        })
    }
}
