//! Events in words.

use event::{Change, EscalationKind, Kind, Message, Status, Tags, Text, Visibility};

/// What happened, in a few words.
pub(super) fn of(kind: &Kind) -> String {
    match kind {
        Kind::Created(created) => match &created.channel {
            Some(channel) => format!("created through {channel}"),
            None => "created".to_owned(),
        },
        Kind::Message(message) => self::message(message).to_owned(),
        Kind::Status { status, vendor } => match vendor {
            Some(vendor) => format!("status {} ({vendor})", status_words(*status)),
            None => format!("status {}", status_words(*status)),
        },
        Kind::Assigned { agent, group } => assigned(agent, group),
        Kind::Priority(value) => set("priority", value.as_ref()),
        Kind::Type(value) => set("type", value.as_ref()),
        Kind::Tags(Tags::Set(tags)) => format!("tags {}", tags.join(", ")),
        Kind::Tags(Tags::Edit { add, remove }) => {
            let plus = add.iter().map(|tag| format!("+{tag}"));
            let minus = remove.iter().map(|tag| format!("-{tag}"));
            format!("tags {}", plus.chain(minus).collect::<Vec<_>>().join(" "))
        }
        Kind::Field { name, value } => set(name, value.as_ref()),
        Kind::Escalated { kind: EscalationKind::Functional, .. } => {
            "escalated to a tier".to_owned()
        }
        Kind::Escalated { kind: EscalationKind::Hierarchical, .. } => {
            "escalated to management".to_owned()
        }
        Kind::Merged { into } => format!("merged into {into}"),
        Kind::Split { from } => format!("split off {from}"),
        Kind::Linked { kind, to } => format!("linked to {to} ({kind})"),
        Kind::Sla(policy) => set("SLA policy", policy.as_ref()),
        Kind::Schedule(calendar) => set("calendar", calendar.as_ref()),
        Kind::CsatOffered => "survey sent".to_owned(),
        Kind::Rated { score, scale_min, scale_max, .. } => {
            let [score, min, max] =
                [score, scale_min, scale_max].map(|s| f64::from(s.thousandths()) / 1000.0);
            format!("rated {score} on {min} to {max}")
        }
        Kind::Worked { seconds, .. } => format!("worked {seconds} s"),
        Kind::Redacted => "content removed".to_owned(),
    }
}

const fn message(message: &Message) -> &'static str {
    match (message.visibility, message.automated) {
        (Visibility::Public, false) => "public message",
        (Visibility::Public, true) => "automatic public message",
        (Visibility::Internal, false) => "internal note",
        (Visibility::Internal, true) => "automatic internal note",
    }
}

const fn status_words(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Open => "open",
        Status::Pending => "pending",
        Status::OnHold => "on hold",
        Status::Solved => "solved",
        Status::Closed => "closed",
        Status::Deleted => "deleted",
        Status::Spam => "spam",
        Status::Restored => "restored",
    }
}

fn assigned(agent: &Change, group: &Change) -> String {
    let words = |what: &str, change: &Change| match change {
        Change::Keep => None,
        Change::Clear => Some(format!("no {what}")),
        Change::Set(value) => Some(format!("{what} {value}")),
    };
    let parts: Vec<String> =
        [words("agent", agent), words("group", group)].into_iter().flatten().collect();
    format!("assigned to {}", parts.join(", "))
}

fn set(name: &str, value: Option<&Text>) -> String {
    match value {
        Some(value) => format!("{name} {value}"),
        None => format!("{name} cleared"),
    }
}
