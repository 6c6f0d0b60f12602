//! First reply, acknowledgement, next reply, waiting (M01–M03) and their traps.

use crate::history::check;

#[test]
fn a_note_never_stops_the_clock() {
    check(
        "",
        "09:00 c creates
         09:05 a1 notes",
        "ticket first_reply_us=- first_ack_at=- n_internal_notes=1 n_agent_replies=0
         ticket waiting_since=09:00 n_participants=1
         turn0 outcome=waiting replied_at=-",
    );
}

#[test]
fn machines_acknowledge_and_never_reply() {
    check(
        "",
        "09:00 c creates
         09:00:10 rule writes
         09:01 bot writes
         09:02 a1 autoreplies
         09:30 a1 writes",
        "ticket first_ack_us=10s first_reply_us=30m n_bot_messages=3 n_agent_replies=1
         turn0 wait_us=30m replied_any_at=09:00:10 outcome=answered agent=a1",
    );
}

#[test]
fn the_customers_own_autoreply_asks_nothing() {
    check(
        "",
        "09:00 c creates
         09:10 a1 writes
         09:11 c autoreplies",
        "turns 1
         ticket waiting_since=- n_customer_messages=1",
    );
}

#[test]
fn no_reply_is_absent_and_solved_without_one_too() {
    check(
        "",
        "09:00 c creates
         10:00 a1 status solved",
        "ticket first_reply_us=- first_reply_at=- full_resolution_us=1h anomalies=-
         turn0 outcome=cancelled ended_at=10:00 wait_us=-",
    );
}

#[test]
fn solved_before_the_reply_is_flagged_and_never_negative() {
    check(
        "",
        "09:00 c creates
         10:00 a1 status solved
         10:30 a1 writes",
        "ticket first_reply_us=1h30m full_resolution_us=1h anomalies=solved_before_reply
         turn0 outcome=cancelled wait_us=- wait_uncancelled_us=1h30m",
    );
}

#[test]
fn the_creation_and_its_words_are_one_message() {
    check(
        "",
        "09:00 c creates
         09:00:01 c writes
         09:30 a1 writes",
        "ticket n_customer_messages=1 n_customer_messages_after_creation=0 first_reply_us=30m
         turn0 messages=1 wait_us=30m wait_from_last_us=29m59s",
    );
}

#[test]
fn words_that_come_before_their_creation_start_the_wait() {
    check(
        "",
        "08:59:59 c writes
         09:00 c creates
         09:30 a1 writes",
        "ticket n_customer_messages=1 n_customer_messages_after_creation=0
         ticket first_reply_us=30m1s first_reply_from_created_us=30m anomalies=event_before_created
         turns 1",
    );
}

#[test]
fn an_agents_own_opening_is_no_reply() {
    check(
        "",
        "09:00 a1 creates
         09:00 a1 writes
         09:40 a2 writes",
        "ticket agent_created=true wait_started_at=09:00 first_reply_us=40m first_reply_agent=a2
         ticket n_agent_replies=1 n_agent_replies_with_creation=2 n_contacts=1 n_sessions=1
         turns 0",
    );
}

#[test]
fn a_call_noted_and_solved_has_no_reply_time() {
    check(
        "",
        "09:00 a1 creates channel=phone
         09:00 a1 notes
         09:20 a1 status solved",
        "ticket wait_started_at=- first_reply_us=- full_resolution_us=20m
         ticket resolved_first_contact=true n_contacts=1",
    );
}

#[test]
fn created_privately_starts_at_the_customers_message() {
    check(
        "",
        "09:00 a1 creates
         09:00 a1 notes
         10:00 c writes
         10:20 a1 writes",
        "ticket wait_started_at=10:00 first_reply_us=20m first_reply_from_created_us=1h20m",
    );
}

#[test]
fn outbound_waits_for_the_customer() {
    check(
        "",
        "09:00 a1 creates outbound
         09:00 a1 writes
         09:30 a1 writes",
        "ticket direction=outbound wait_started_at=- first_reply_us=- n_contacts=0 n_sessions=0
         ticket first_reply_from_created_us=-",
    );
    check(
        "",
        "09:00 a1 creates outbound
         09:00 a1 writes
         10:00 c writes
         10:05 a2 writes",
        "ticket wait_started_at=10:00 first_reply_us=5m first_reply_agent=a2 n_contacts=1",
    );
}

#[test]
fn a_turn_starts_at_the_oldest_unanswered_message() {
    check(
        "",
        "09:00 c creates
         09:10 a1 writes
         10:00 c writes
         10:30 c writes
         11:00 a2 writes",
        "turns 2
         turn1 started_at=10:00 last_message_at=10:30 wait_us=1h wait_from_last_us=30m agent=a2
         turn1 messages=2 starts_session=false
         ticket next_reply_max_us=1h next_reply_last_us=1h next_reply_mean_us=35m n_contacts=2",
    );
}

#[test]
fn the_customer_comes_first_within_an_instant() {
    check(
        "",
        "09:00 c creates
         09:10 a1 writes
         10:00 a1 writes
         10:00 c writes",
        "turn1 wait_us=0 outcome=answered",
    );
}

#[test]
fn thanks_after_the_solve_wait_for_nobody() {
    check(
        "",
        "09:00 c creates
         09:10 a1 writes
         09:10 a1 status solved
         09:30 c writes",
        "ticket waiting_since=- n_contacts=1 n_sessions=1 resolved_first_contact=true
         turn1 outcome=cancelled started_at=09:30 ended_at=09:30 starts_session=false",
    );
}

#[test]
fn a_reopening_is_a_new_session_and_no_new_first_reply() {
    check(
        "",
        "09:00 c creates
         09:10 a1 writes
         09:10 a1 status solved
         +5d 09:00 c writes
         +5d 09:00 rule status open
         +5d 09:10 a1 writes",
        "ticket first_reply_us=10m n_sessions=2 n_contacts=2
         turn1 starts_session=true wait_us=10m started_at=+5d09:00",
    );
}

#[test]
fn silence_ends_a_chat_session_but_no_mail_thread() {
    let history = |channel| {
        format!(
            "09:00 c creates channel={channel}
             09:01 a1 writes
             09:20 c writes
             09:21 a1 writes
             10:30 c writes
             10:31 a1 writes"
        )
    };
    check(
        "",
        &history("chat"),
        "ticket n_sessions=2 n_contacts=2 n_agent_replies=3 n_agent_replies_collapsed=2
         turn1 starts_session=false
         turn2 starts_session=true",
    );
    check("", &history("email"), "ticket n_sessions=1 n_contacts=3 n_agent_replies_collapsed=3");
}

#[test]
fn a_bot_hands_over() {
    check(
        "",
        "09:00 c creates channel=chat
         09:00:05 bot writes
         09:04 bot group support
         09:10 a1 agent a1
         09:12 a1 writes",
        "ticket handoff_at=09:04 first_reply_us=12m first_reply_from_handoff_us=8m
         ticket first_reply_from_assignment_us=2m bot_involved=true bot_only=false
         ticket first_ack_us=5s",
    );
}

#[test]
fn a_hand_over_after_the_first_solve_is_no_negative_duration() {
    check(
        "",
        "09:00 c creates
         09:01 bot writes
         09:02 bot status solved
         09:30 c status open
         09:31 bot group support
         09:40 a1 writes",
        "ticket handoff_at=09:31 first_resolution_us=2m first_resolution_from_handoff_us=-
         ticket anomalies=solved_before_reply",
    );
}

#[test]
fn without_a_word_of_it_the_bots_last_word_is_the_hand_over() {
    check(
        "",
        "09:00 c creates
         09:01 bot writes
         09:02 bot writes
         09:10 a1 writes",
        "ticket handoff_at=09:02 first_reply_from_handoff_us=8m",
    );
}

#[test]
fn the_replier_gets_the_credit_with_the_owner_as_of_then() {
    check(
        "",
        "09:00 c creates priority=low group=g1
         09:10 a1 agent a1
         09:20 a2 writes
         09:30 a1 priority high
         09:40 a1 group g2",
        "ticket first_reply_agent=a2 first_reply_group=g1 first_reply_priority=low
         ticket first_reply_from_assignment_us=-
         ticket current_agent=a1 current_group=g2 current_priority=high created_group=g1
         turn0 agent=a2 group=g1 priority=low",
    );
}

#[test]
fn roles_as_they_were() {
    let left = "roles: {a1: [{to: 2026-03-02T10:00:00Z, role: agent}, \
                {from: 2026-03-02T10:00:00Z, role: requester}]}";
    // The source calls everybody by today's role: a customer.
    let history = "09:00 c creates
                   09:30 a1 writes
                   10:30 a1 writes";
    check(left, history, "ticket first_reply_us=30m n_agent_replies=1 n_customer_messages=2");
}

const OFFICE: &str = "
calendars:
  - name: office
    zone: UTC
    versions: [{hours: {mon-fri: ['09:00-17:00']}}]
default_calendar: office
";

#[test]
fn outside_the_hours_counts_as_zero() {
    check(
        OFFICE,
        "+5d 10:00 c creates
         +5d 12:00 a1 writes",
        "ticket first_reply_us=2h first_reply_business_us=0 calendar=office",
    );
}

#[test]
fn the_first_calendar_named_is_in_force_from_the_start() {
    let calendars = OFFICE.replace("default_calendar: office", "");
    check(
        &calendars,
        "09:00 c creates
         09:00:01 rule schedule office
         10:00 a1 writes",
        "ticket first_reply_business_us=1h",
    );
    check(
        &calendars,
        "09:00 c creates
         10:00 a1 writes",
        "ticket first_reply_business_us=- first_reply_last_schedule_us=-",
    );
    check(
        &calendars,
        "09:00 c creates
         09:00 rule schedule nowhere
         10:00 a1 writes",
        "ticket first_reply_business_us=- anomalies=unknown_calendar",
    );
}
