//! Columns of the child tables.

use super::{Column, both_clocks, count, flag, float, micros, text, time};

/// The columns that every child row carries.
fn common() -> Vec<Column> {
    vec![
        count("number", "The store's dense number of the ticket."),
        count("ordinal", "Place of the row among its ticket's rows, from 0."),
        text("source", "Name of the connection the ticket came through.").required(),
        text("channel", "Channel of the ticket."),
        text("brand", "Brand of the ticket."),
        text("product", "Product of the ticket."),
        text("language", "Language of the ticket."),
        text("direction", "Direction of the ticket."),
        time("created_at", "When the ticket came into being.").required(),
        text("excluded", "Absent in the default population; else merged, deleted, spam or test."),
        text("agent", "The agent it is credited to, as of the row's own moment."),
        text("group", "The group as of the row's own moment."),
        text("priority", "The priority as of the row's own moment."),
        text("type", "The type as of the row's own moment."),
    ]
}

fn with_common(own: Vec<Column>) -> Vec<Column> {
    let mut columns = common();
    columns.extend(own);
    columns
}

pub(super) fn turns() -> Vec<Column> {
    let mut columns = with_common(vec![
        time("started_at", "The first unanswered customer message.").required(),
        time("last_message_at", "The last customer message of the turn.").required(),
        time("replied_at", "The human reply that answered it."),
        time("replied_any_at", "The first public message of ours after it, machine included."),
        time("ended_at", "When it was answered or cancelled; absent while it waits."),
        text(
            "outcome",
            "answered, cancelled (solved, deleted or merged without answer) or waiting.",
        )
        .required(),
        flag("starts_session", "Whether it opens a session."),
        count("messages", "Customer messages in it."),
    ]);
    columns.extend(both_clocks("wait", "From the first unanswered message to the reply."));
    columns.extend(both_clocks("wait_from_last", "From the turn's last message to the reply."));
    columns.extend(both_clocks(
        "wait_uncancelled",
        "As wait, but solving does not cancel: up to the reply that came in the end.",
    ));
    columns
}

pub(super) fn spans() -> Vec<Column> {
    with_common(vec![
        time("started_at", "Start of the interval.").required(),
        time("ended_at", "End of the interval, exclusive; absent on the one that runs now."),
        text("status", "new, open, pending, on_hold, solved, closed, deleted, spam or merged.")
            .required(),
        flag("is_backlog", "Whether a ticket in it is work to be done."),
    ])
}

pub(super) fn clocks() -> Vec<Column> {
    with_common(vec![
        text(
            "clock",
            "first_reply, next_reply, periodic_update, pausable_update, requester_wait, \
             agent_work, total_resolution or net_resolution.",
        )
        .required(),
        text("policy", "The SLA policy whose target it had last.").required(),
        text("policy_version", "That policy's version."),
        text("calendar", "The calendar it ran on last; 24x7 for the calendar clock."),
        micros("target_us", "The target in force last.").required(),
        time("applied_at", "When a policy first applied to it, or it was resumed.").required(),
        time("started_at", "When it started; a resumed clock keeps its first start.").required(),
        time("stopped_at", "When it stopped or was cancelled; absent while it runs or is paused."),
        text(
            "state",
            "running, paused, met, breached or cancelled. A running one is breached once due_at \
             has passed.",
        )
        .required(),
        micros("elapsed_us", "Counted time: up to the stop, else up to the last event.").required(),
        micros("paused_us", "Paused time on the same calendar.").required(),
        micros(
            "illegitimate_paused_us",
            "Paused time during which a customer's message was unanswered.",
        )
        .required(),
        time("due_at", "When it is breached if nothing happens; absent unless it runs."),
        time("breached_at", "When the counted time passed the target."),
        micros("overrun_us", "Counted time beyond the target of a stopped breach."),
    ])
}

pub(super) fn touches() -> Vec<Column> {
    with_common(vec![
        time("at", "When; for a session, its start.").required(),
        text(
            "kind",
            "reply, note, assign, solve, reopen, escalate_functional, escalate_hierarchical, \
             transfer_agent, transfer_group, worked or session. A transfer is credited to the \
             owner given up, a reopening to whoever had solved.",
        )
        .required(),
        flag("human", "Whether a human agent did it."),
        micros("effort_us", "worked: booked effort; session: estimated effort."),
        time("reopened_at", "solve: when the ticket was reopened next."),
    ])
}

pub(super) fn ratings() -> Vec<Column> {
    with_common(vec![
        time("offered_at", "When the survey was sent; absent for an unasked rating."),
        time("rated_at", "When it was answered last; absent while unanswered."),
        time("solved_at", "The last solve before the answer, or before the offer if unanswered."),
        float("score", "The last answer."),
        float("scale_min", "Lowest rating of the scale."),
        float("scale_max", "Highest rating of the scale."),
        text("box", "good (top quarter of the scale), bad (bottom quarter) or neutral."),
        text("answer_changed", "good_to_bad or bad_to_good, where a later answer flipped it."),
        text("suspicious", "Why the answer may be no human's: bot, too_fast or several_at_once."),
        text("assignee", "Owning agent at the answer, who may not be the one rated."),
    ])
}
