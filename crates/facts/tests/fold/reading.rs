//! Ratings (M36), and reading back what was written.

use crate::history::{check, tables, timeline};
use arrow::array::AsArray;
use facts::Table;
use facts::timeline::TimelineReader;

#[test]
fn the_last_answer_to_an_offer_wins() {
    check(
        "",
        "09:00 c creates agent=a1
         09:30 a2 writes
         10:00 a1 status solved
         10:05 rule offers
         11:00 c rates 5/5
         12:00 c rates 1/5",
        "ratings 1
         rating0 score=1 box=bad answer_changed=good_to_bad agent=a2 assignee=a1 offered_at=10:05
         rating0 rated_at=12:00 solved_at=10:00 suspicious=-
         ticket rated_at=12:00 rated_agent=a2",
    );
}

#[test]
fn an_offer_unanswered_is_a_row_without_score() {
    check(
        "",
        "09:00 c creates
         10:00 a1 status solved
         10:05 rule offers",
        "rating0 offered_at=10:05 rated_at=- score=- box=- solved_at=10:00",
    );
}

#[test]
fn each_solve_cycle_has_its_rating() {
    check(
        "",
        "09:00 c creates
         10:00 a1 status solved
         10:30 c rates 1/5
         11:00 c writes
         11:00 rule status open
         12:00 a2 status solved
         12:30 c rates 5/5",
        "ratings 2
         rating0 box=bad solved_at=10:00
         rating1 box=good solved_at=12:00 answer_changed=-",
    );
}

#[test]
fn boxes_of_common_scales() {
    for (rating, expected) in [
        ("5/5", "good"),
        ("4/5", "good"),
        ("3/5", "neutral"),
        ("2/5", "bad"),
        ("2/2", "good"),
        ("1/2", "bad"),
        ("3/3", "good"),
        ("2/3", "neutral"),
        ("1/1", "-"),
    ] {
        check(
            "",
            &format!("09:00 c creates\n10:00 c rates {rating}"),
            &format!("rating0 box={expected}"),
        );
    }
}

#[test]
fn answers_of_machines_are_suspicious() {
    check(
        "",
        "09:00 c creates
         10:00 rule offers
         10:00:02 c rates 5/5
         10:00:03 c rates 1/5",
        "rating0 suspicious=several_at_once",
    );
    check("", "09:00 c creates\n10:00 bot rates 5/5", "rating0 suspicious=bot");
    check(
        "",
        "09:00 c creates
         10:00 rule offers
         10:00:02 c rates 5/5
         12:00 c rates 1/5",
        "rating0 suspicious=- box=bad answer_changed=-",
    );
}

#[test]
fn the_timeline_comes_back_as_it_was() {
    let history = "09:00 c creates channel=email priority=low tag=x agent=a1
         09:01 bot writes on=chat
         09:02 a1 notes
         09:03 a1 status open vendor=Working
         09:04 a1 agent -
         09:05 a1 group g2
         09:06 a1 priority -
         09:07 a1 tag y
         09:08 a1 field color red
         09:09 a1 escalates hierarchical
         09:10 c writes from=A
         09:11 a1 links problem P
         09:12 rule sla Gold
         09:13 rule schedule office
         09:14 rule offers
         09:15 c rates 4/5 agent=a1
         09:16 a1 works 60 agent=a2
         09:17 a1 splits Z
         09:18 a1 merges B";
    let tables = tables("", history);
    let column = tables[Table::Tickets].column_by_name("timeline").unwrap();
    let reader = TimelineReader::new(column.as_list()).unwrap();
    assert_eq!(reader.rows(), 1);
    assert_eq!(reader.read(0).unwrap(), timeline(history));
    assert!(reader.read(1).is_err());
}
