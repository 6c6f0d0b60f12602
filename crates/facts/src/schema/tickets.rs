//! Columns of `tickets`.

use super::{Column, ColumnKind, both_clocks, count, flag, micros, text, time};
use crate::durations;

/// The moments at which agent, group, priority and type are kept, with the words for each.
pub(crate) const MOMENTS: [(&str, &str); 6] = [
    ("current", "now"),
    ("created", "at creation"),
    ("first_reply", "at the first reply"),
    ("first_solve", "at the first solve"),
    ("solve", "at the last solve"),
    ("rated", "at the last rating"),
];

pub(super) fn columns() -> Vec<Column> {
    let mut columns = identity();
    columns.extend(MOMENTS.into_iter().flat_map(moment));
    columns.extend(instants());
    for rule in durations::RULES {
        columns.extend(both_clocks(rule.name, rule.doc));
    }
    for (name, doc) in durations::NEXT_REPLY {
        columns.extend(both_clocks(name, doc));
    }
    columns.push(micros(
        "first_reply_last_schedule_us",
        "First reply time with the calendar in force at the reply applied to the whole of it.",
    ));
    columns.push(micros(
        "full_resolution_last_schedule_us",
        "Full resolution time with the calendar in force at the solve applied to the whole of it.",
    ));
    columns.extend(counts());
    columns.extend(flags());
    columns.push(text("issue", "The linked problem's id, else the ticket's own id.").required());
    columns.push(
        Column::new(ColumnKind::Timeline, "timeline", "Every event of the ticket, in order.")
            .required(),
    );
    columns
}

fn identity() -> Vec<Column> {
    vec![
        count("number", "The store's dense number of the ticket."),
        text("source", "Name of the connection the ticket came through.").required(),
        text("ticket", "The ticket's external id within the source.").required(),
        time("created_at", "When it came into being; a split ticket starts at the split message.")
            .required(),
        text("created_by_role", "Role of whoever created it; absent if no creation was seen."),
        text("direction", "inbound or outbound: who reached out to whom."),
        text("channel", "Channel it came through."),
        text("requester", "The customer."),
        text("account", "The customer's organisation."),
        text("brand", "The brand written to."),
        text("product", "The product it is about."),
        text("language", "Language of the conversation, BCP 47."),
        text("topic", "Value of the custom field that the policies name as the topic."),
        text("parent", "External id of the ticket it follows up or was split from."),
        text("calendar", "Business calendar in force now."),
        text("sla_policy", "SLA policy in force now."),
        text(
            "status",
            "Status now: new, open, pending, on_hold, solved, closed, deleted, spam or merged.",
        )
        .required(),
        text("vendor_status", "The vendor's own name of the last status, where it gave one."),
        text("excluded", "Absent in the default population; else merged, deleted, spam or test."),
        Column::new(ColumnKind::TextList, "tags", "Tags now, sorted."),
        Column::new(ColumnKind::TextMap, "fields", "Custom fields now."),
        Column::new(
            ColumnKind::TextList,
            "anomalies",
            "What is odd about the history, for example solved_before_reply.",
        ),
    ]
}

fn moment((moment, words): (&str, &str)) -> [Column; 4] {
    [
        ("agent", "Owning agent"),
        ("group", "Owning group"),
        ("priority", "Priority"),
        ("type", "Type"),
    ]
    .map(|(attribute, meaning)| {
        let credit = match (moment, attribute) {
            ("first_reply", "agent") => ": the one who replied",
            ("first_solve" | "solve", "agent") => {
                ": the one who solved; the owner if a rule solved"
            }
            ("rated", "agent") => ": the one rated, else who replied last before the rating",
            _ => "",
        };
        Column::new(
            ColumnKind::Text,
            format!("{moment}_{attribute}"),
            format!("{meaning} {words}{credit}."),
        )
    })
}

fn instants() -> Vec<Column> {
    vec![
        time("first_seen_at", "When we first learnt of the ticket.").required(),
        time("last_seen_at", "When we last learnt anything of it.").required(),
        time("last_event_at", "When the last event happened.").required(),
        time(
            "wait_started_at",
            "Start of the first response clock: the customer's first contact. Absent while an \
             outbound or privately created ticket has no customer message.",
        ),
        time("waiting_since", "Oldest unanswered customer message of a ticket not done."),
        time("last_customer_at", "Last public customer message."),
        time("last_agent_at", "Last public message of a human agent."),
        time("first_assigned_at", "When an agent first owned it."),
        time("handoff_at", "When the bot handed over to people."),
        time("first_ack_at", "First public message of ours of any kind, machine included."),
        time("first_reply_at", "First public message of a human agent after the wait started."),
        time("first_solved_at", "When it was first solved, or closed without being solved."),
        time("solved_at", "When it was last solved; absent unless it is solved or closed now."),
        time("closed_at", "When it was last closed; absent unless it is closed now."),
        text("merged_into", "External id of the ticket it was merged into."),
        time("first_reopened_at", "When it was first reopened."),
        time("first_escalated_at", "When it was first escalated, either way."),
        time("first_transferred_at", "When it first changed hands after a human owned it."),
        time("rated_at", "When it was last rated."),
    ]
}

fn counts() -> Vec<Column> {
    vec![
        count("n_turns", "Customer turns."),
        count("n_sessions", "Sessions: a new one starts at reopening, or after silence in chat."),
        count("n_contacts", "Times the customer got in touch: chat sessions, else turns."),
        count("n_agent_replies", "Public human agent messages without the creation message."),
        count("n_agent_replies_with_creation", "Public human agent messages."),
        count(
            "n_agent_replies_collapsed",
            "As n_agent_replies, with all of one chat session counted as one.",
        ),
        count("n_customer_messages", "Public customer messages, a creation without text included."),
        count(
            "n_customer_messages_after_creation",
            "Public customer messages without the creation message.",
        ),
        count("n_internal_notes", "Internal notes by people."),
        count("n_bot_messages", "Public messages by bots, rules and integrations."),
        count("n_participants", "Different human agents who wrote, publicly or internally."),
        count("n_solves", "Times it was solved, or closed without being solved."),
        count("n_closes", "Times it was closed."),
        count("n_reopens", "Times it went from solved or closed back to work."),
        count("n_transfers", "Changes of owner after a human owned it; a joint change is one."),
        count("n_agent_changes", "Changes from one owning agent to another, machines' included."),
        count("n_group_changes", "Changes from one owning group to another, machines' included."),
        count("n_escalations_functional", "Escalations to a higher tier."),
        count("n_escalations_hierarchical", "Escalations to management."),
        micros("worked_us", "Effort booked on it.").required(),
        micros("estimated_us", "Effort estimated from the agents' sessions on it.").required(),
    ]
}

fn flags() -> Vec<Column> {
    vec![
        flag("is_solved", "It is solved or closed now."),
        flag("ever_pending", "It once waited for the customer."),
        flag("ever_on_hold", "It once waited for a third party."),
        flag("auto_closed", "A rule or timeout did the last solve, not a person or a bot."),
        flag("bot_only", "A bot spoke and no human agent ever acted."),
        flag("bot_involved", "A bot spoke."),
        flag("agent_created", "A human agent created it."),
        flag("reassigned_first_last", "The first and the last owning agent differ."),
        flag(
            "resolved_first_contact",
            "Solved now, after at most one contact and without being reopened.",
        ),
    ]
}
