//! Merged, split, deleted, spam, test; odd orders.

use crate::history::{check, timeline};
use event::Kind;
use facts::derived;

#[test]
fn a_merged_ticket_leaves_at_the_merge() {
    check(
        "",
        "09:00 c creates
         10:00 a1 merges B
         10:00 a1 status closed
         11:00 rule status open",
        "ticket status=merged excluded=merged merged_into=B
         turn0 outcome=cancelled ended_at=10:00
         span1 status=merged is_backlog=false started_at=10:00 ended_at=-",
    );
}

#[test]
fn the_primary_waits_since_the_earliest_message() {
    check(
        "",
        "08:00 c writes from=A
         09:00 c creates
         09:30 a1 writes",
        "ticket created_at=09:00 wait_started_at=08:00 first_reply_us=1h30m anomalies=-
         ticket first_reply_from_created_us=30m first_resolution_from_message_us=-
         span0 started_at=09:00",
    );
}

#[test]
fn what_a_merged_ticket_leaves() {
    let history = "09:00 c creates
                   09:30 a1 notes
                   09:40 c writes
                   10:00 a1 merges B";
    let [(into, copies)] = derived("A", &timeline(history)).try_into().unwrap();
    assert_eq!(into, "B");
    let ids: Vec<&str> = copies.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["A/e000", "A/e001", "A/e002"]);
    let merged_at = timeline(history)[3].seen;
    for copy in &copies {
        assert!(matches!(copy.kind, Kind::Created(_) | Kind::Message(_)));
        assert_eq!(copy.origin.as_deref(), Some("A"));
        assert_eq!(copy.seen, merged_at, "known at the primary from the merge on");
    }
    assert_eq!(derived("A", &timeline("09:00 c creates")), []);
}

#[test]
fn a_copy_of_a_copy_keeps_its_first_name() {
    let history = "08:00 c writes from=A
                   09:00 c creates
                   10:00 a1 merges C";
    let [(_, copies)] = derived("B", &timeline(history)).try_into().unwrap();
    let names: Vec<_> = copies.iter().map(|e| (e.id.as_str(), e.origin.as_deref())).collect();
    assert_eq!(names, [("e000", Some("A")), ("B/e001", Some("B"))]);
}

#[test]
fn every_ticket_merged_into_gets_the_copies() {
    let history = "09:00 c writes
                   10:00 a1 merges C
                   11:00 a1 merges B
                   12:00 a1 merges C
                   13:00 a1 merges A";
    let known: Vec<_> = derived("A", &timeline(history))
        .into_iter()
        .map(|(into, copies)| (into.to_string(), copies[0].seen))
        .collect();
    let merged = timeline(history);
    assert_eq!(known, [("B".to_owned(), merged[2].seen), ("C".to_owned(), merged[1].seen)]);
}

#[test]
fn a_copied_creation_is_a_contact_only_without_words() {
    check(
        "",
        "08:00 c creates from=A
         09:00 c creates
         09:30 a1 writes",
        "ticket created_at=09:00 wait_started_at=08:00 n_customer_messages=2 anomalies=-",
    );
    check(
        "",
        "08:00 c creates from=A
         08:00 c writes from=A
         09:00 c creates
         09:30 a1 writes",
        "ticket created_at=09:00 wait_started_at=08:00 n_customer_messages=2 anomalies=-",
    );
    // An agent's creation is nobody's wait, nor is one by which we reach out.
    check(
        "",
        "07:00 c creates outbound from=A
         08:00 a1 creates from=B
         09:00 c creates",
        "ticket created_at=09:00 wait_started_at=09:00 n_customer_messages=1 anomalies=-",
    );
}

#[test]
fn a_split_ticket_starts_at_the_split_message() {
    check(
        "",
        "09:00 c writes
         11:00 a1 creates
         11:00 a1 splits A
         11:30 a1 writes",
        "ticket created_at=09:00 first_reply_us=2h30m parent=A anomalies=-",
    );
}

#[test]
fn deleted_and_restored() {
    let history = "09:00 c creates
                   10:00 a1 status deleted";
    check(
        "",
        history,
        "ticket status=deleted excluded=deleted waiting_since=-
         turn0 outcome=cancelled ended_at=10:00
         span1 status=deleted is_backlog=false",
    );
    check(
        "",
        &format!("{history}\n12:00 a1 status restored\n13:00 a1 writes"),
        "ticket status=new excluded=- first_reply_us=4h
         turn0 outcome=answered
         spans 3",
    );
}

#[test]
fn a_solved_ticket_restored_is_neither_solved_nor_reopened_again() {
    check(
        "",
        "09:00 c creates
         10:00 a1 status solved
         11:00 a1 status deleted
         12:00 a1 status restored",
        "ticket n_solves=1 n_reopens=0 status=solved full_resolution_us=1h",
    );
}

#[test]
fn spam_and_tests_are_left_out() {
    check(
        "",
        "09:00 c creates
         09:01 a1 status spam",
        "ticket excluded=spam status=spam",
    );
    check("", "09:00 c creates test", "ticket excluded=test\nspan0 excluded=test");
}

#[test]
fn a_ticket_without_creation_starts_at_its_first_entry() {
    check(
        "",
        "09:00 c writes
         10:00 a1 writes",
        "ticket created_at=09:00 created_by_role=- anomalies=creation_missing first_reply_us=1h
         ticket n_customer_messages=1 n_customer_messages_after_creation=0",
    );
}

#[test]
fn a_solve_before_the_creation_has_no_duration() {
    check(
        "",
        "08:00 a1 status solved
         09:00 c creates",
        "ticket full_resolution_us=- first_resolution_us=-
         ticket anomalies=event_before_created,negative_duration
         span0 started_at=09:00 status=solved ended_at=-",
    );
}

#[test]
fn links_name_the_issue_and_the_parent() {
    check(
        "",
        "09:00 c creates
         10:00 a1 links problem P1
         10:00 a1 links follow_up F1",
        "ticket issue=P1 parent=F1",
    );
    check("", "09:00 c creates", "ticket issue=T parent=-");
}

#[test]
fn an_empty_timeline_has_facts() {
    check("", "", "ticket status=new anomalies=creation_missing\nspans 1");
}

#[test]
fn tags_and_fields_as_of_now() {
    check(
        "topic_field: topic",
        "09:00 c creates tag=b
         09:10 a1 tag a
         09:20 a1 tag a
         09:30 a1 field topic refunds",
        "ticket tags=a,b topic=refunds",
    );
}
