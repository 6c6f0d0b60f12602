//! The words that kinds, roles and statuses have in the timeline column.

use event::{Kind, Role, Status};

/// The kind's name: the event type without `deskmeter.ticket.`.
pub const fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Created(_) => "created",
        Kind::Message(_) => "message",
        Kind::Status { .. } => "status",
        Kind::Assigned { .. } => "assigned",
        Kind::Priority(_) => "priority",
        Kind::Type(_) => "type",
        Kind::Tags(_) => "tags",
        Kind::Field { .. } => "field",
        Kind::Escalated { .. } => "escalated",
        Kind::Merged { .. } => "merged",
        Kind::Split { .. } => "split",
        Kind::Linked { .. } => "linked",
        Kind::Sla(_) => "sla",
        Kind::Schedule(_) => "schedule",
        Kind::CsatOffered => "csat_offered",
        Kind::Rated { .. } => "rated",
        Kind::Worked { .. } => "worked",
        Kind::Redacted => "redacted",
    }
}

/// The role's name.
pub(crate) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Requester => "requester",
        Role::Agent => "agent",
        Role::Bot => "bot",
        Role::System => "system",
    }
}

/// The role of that name.
pub(super) fn role_named(name: &str) -> Option<Role> {
    [Role::Requester, Role::Agent, Role::Bot, Role::System]
        .into_iter()
        .find(|role| role_name(*role) == name)
}

const STATUSES: [Status; 9] = [
    Status::New,
    Status::Open,
    Status::Pending,
    Status::OnHold,
    Status::Solved,
    Status::Closed,
    Status::Deleted,
    Status::Spam,
    Status::Restored,
];

/// The status' name.
pub(super) const fn status_name(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Open => "open",
        Status::Pending => "pending",
        Status::OnHold => "on_hold",
        Status::Solved => "solved",
        Status::Closed => "closed",
        Status::Deleted => "deleted",
        Status::Spam => "spam",
        Status::Restored => "restored",
    }
}

/// The status of that name.
pub(super) fn status_named(name: &str) -> Option<Status> {
    STATUSES.into_iter().find(|status| status_name(*status) == name)
}

/// Bit in `number` of an `assigned` entry: the agent is cleared.
pub(super) const AGENT_CLEARED: i64 = 1;
/// Bit in `number` of an `assigned` entry: the group is cleared.
pub(super) const GROUP_CLEARED: i64 = 2;
