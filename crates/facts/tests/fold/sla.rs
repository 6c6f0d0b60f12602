//! SLA policies and their eight clocks (M28).

use crate::history::check;
use facts::Policies;

const OFFICE: &str = "
calendars:
  - name: office
    zone: America/New_York
    versions: [{hours: {mon-fri: ['09:00-17:00']}}]
";

fn always(targets: &str) -> String {
    format!("sla: [{{name: Gold, versions: [{{calendar: 24x7, targets: {targets}}}]}}]")
}

#[test]
fn met_at_equality_breached_beyond() {
    let policy = always("{first_reply: 1h}");
    check(
        &policy,
        "09:00 c creates\n10:00 a1 writes",
        "clock0 clock=first_reply state=met elapsed_us=1h target_us=1h breached_at=- due_at=-
         clock0 stopped_at=10:00 overrun_us=- policy=Gold policy_version=1 calendar=24x7
         ticket sla_policy=Gold",
    );
    check(
        &policy,
        "09:00 c creates\n10:00:01 a1 writes",
        "clock0 state=breached breached_at=10:00 stopped_at=10:00:01 overrun_us=1s",
    );
    check(
        &policy,
        "09:00 c creates",
        "clock0 state=running due_at=10:00 elapsed_us=0 stopped_at=-",
    );
    check(
        &policy,
        "09:00 c creates\n11:00 a1 notes",
        "clock0 state=breached breached_at=10:00 stopped_at=- elapsed_us=2h overrun_us=-",
    );
}

#[test]
fn friday_half_past_four_and_an_hour_is_monday_half_past_nine() {
    let policy = format!(
        "{OFFICE}sla: [{{name: S, versions: [{{calendar: office, targets: {{first_reply: 1h}}}}]}}]"
    );
    check(
        &policy,
        "2026-03-06T21:30:00Z c creates",
        // New York changed to summer time on Sunday 8 March: 09:30 there is 13:30 UTC.
        "clock0 due_at=+7d13:30 calendar=office",
    );
}

#[test]
fn machines_and_notes_stop_nothing() {
    check(
        &always("{first_reply: 1h}"),
        "09:00 c creates\n09:10 bot writes\n09:20 a1 notes\n09:30 a1 autoreplies",
        "clock0 state=running due_at=10:00 elapsed_us=30m",
    );
}

#[test]
fn next_replies_are_one_clock_a_turn() {
    check(
        &always("{first_reply: 1h, next_reply: 30m}"),
        "09:00 c creates
         09:10 a1 writes
         10:00 c writes
         10:20 c writes
         10:40 a1 writes
         11:00 c writes
         11:05 a1 status solved",
        "clocks 3
         clock0 clock=first_reply state=met
         clock1 clock=next_reply started_at=10:00 state=breached breached_at=10:30 elapsed_us=40m
         clock2 clock=next_reply started_at=11:00 state=met stopped_at=11:05",
    );
}

#[test]
fn solved_without_reply_stops_the_reply_clock() {
    check(
        &always("{first_reply: 2h}"),
        "09:00 c creates\n10:00 a1 status solved\n12:00 c writes\n12:00 rule status open",
        "clocks 1
         clock0 state=met stopped_at=10:00 elapsed_us=1h",
    );
}

#[test]
fn updates_are_due_after_each_public_agent_message() {
    check(
        &always("{periodic_update: 2h, pausable_update: 2h}"),
        "09:00 c creates
         09:30 a1 writes
         10:00 a1 status pending
         12:00 a1 status open
         12:10 a1 writes
         12:30 a1 status solved",
        "clocks 4
         clock0 clock=periodic_update started_at=09:30 state=breached breached_at=11:30
         clock1 clock=periodic_update started_at=12:10 state=met
         clock2 clock=pausable_update state=met elapsed_us=40m paused_us=2h
         clock3 clock=pausable_update started_at=12:10 state=met",
    );
}

#[test]
fn status_clocks_count_their_statuses() {
    check(
        &always("{requester_wait: 9h, agent_work: 9h, total_resolution: 9h, net_resolution: 9h}"),
        "09:00 c creates
         10:00 a1 status pending
         12:00 a1 status on_hold
         15:00 a1 status open
         16:00 a1 status solved",
        "clock0 clock=requester_wait elapsed_us=5h paused_us=2h state=met
         clock1 clock=agent_work elapsed_us=2h paused_us=5h
         clock2 clock=total_resolution elapsed_us=7h paused_us=0
         clock3 clock=net_resolution elapsed_us=5h paused_us=2h",
    );
}

#[test]
fn a_policy_chooses_what_pauses_the_net_clock() {
    check(
        "sla: [{name: G, versions: [{calendar: 24x7, pause: [pending, on_hold],
           targets: {net_resolution: 9h}}]}]",
        "09:00 c creates\n10:00 a1 status on_hold\n12:00 a1 status open\n13:00 a1 status solved",
        "clock0 elapsed_us=2h paused_us=2h state=met",
    );
}

#[test]
fn a_paused_clock_is_not_due() {
    check(
        &always("{net_resolution: 2h}"),
        "09:00 c creates\n10:00 a1 status pending\n+1d 10:00 a1 notes",
        "clock0 state=paused due_at=- elapsed_us=1h paused_us=24h",
    );
    check(
        &always("{net_resolution: 2h}"),
        "09:00 c creates\n10:00 a1 status pending\n+1d 10:00 c writes\n+1d 10:00 rule status open",
        "clock0 state=running due_at=+1d11:00 elapsed_us=1h paused_us=24h",
    );
}

#[test]
fn a_pause_with_an_unanswered_customer_is_illegitimate() {
    check(
        &always("{net_resolution: 9h}"),
        "09:00 c creates
         10:00 a1 writes
         10:00 a1 status pending
         11:00 c writes
         11:30 a1 writes
         12:00 c writes
         13:00 a1 status open",
        "clock0 paused_us=3h illegitimate_paused_us=1h30m elapsed_us=1h",
    );
}

#[test]
fn a_reopening_resumes_the_resolution() {
    check(
        &always("{total_resolution: 3h}"),
        "09:00 c creates
         11:00 a1 status solved
         15:00 c writes
         15:00 rule status open
         15:30 a1 status solved",
        "clocks 2
         clock0 state=met elapsed_us=2h stopped_at=11:00
         clock1 state=met elapsed_us=2h30m started_at=09:00 applied_at=15:00 stopped_at=15:30",
    );
    check(
        &always("{total_resolution: 3h}"),
        "09:00 c creates
         11:00 a1 status solved
         15:00 c writes
         15:00 rule status open",
        "clock1 state=running due_at=16:00 elapsed_us=2h",
    );
}

#[test]
fn a_breach_counts_once_across_a_reopening() {
    check(
        &always("{total_resolution: 1h}"),
        "09:00 c creates
         11:00 a1 status solved
         15:00 rule status open
         16:00 a1 status solved",
        "clocks 1
         clock0 state=breached breached_at=10:00 overrun_us=1h",
    );
}

#[test]
fn another_priority_keeps_the_time_and_changes_the_target() {
    let policy = always("{first_reply: {low: 8h, urgent: 1h, default: 4h}}");
    check(
        &policy,
        "09:00 c creates priority=low\n11:00 a1 priority urgent\n12:00 a1 writes",
        "clock0 state=breached breached_at=11:00 target_us=1h priority=urgent elapsed_us=3h",
    );
    check(
        &policy,
        "09:00 c creates priority=urgent\n11:00 a1 priority low\n12:00 a1 writes",
        // The breach happened while it was urgent, and stays.
        "clock0 state=breached breached_at=10:00 priority=urgent agent=-",
    );
    check(
        &policy,
        "09:00 c creates priority=urgent\n09:30 a1 priority normal\n12:00 a1 writes",
        "clock0 state=met target_us=4h elapsed_us=3h applied_at=09:00 agent=a1",
    );
}

#[test]
fn the_first_policy_that_matches_applies() {
    let policy = "
sla:
  - name: VIP
    versions: [{calendar: 24x7, when: {tag: vip}, targets: {first_reply: 1h}}]
  - name: Chat
    versions: [{calendar: 24x7, when: {channel: [chat, messaging]}, targets: {first_reply: 5m}}]
  - name: Rest
    versions: [{calendar: 24x7, targets: {first_reply: 8h}}]
";
    check(policy, "09:00 c creates channel=chat tag=vip", "clock0 policy=VIP target_us=1h");
    check(policy, "09:00 c creates channel=chat", "clock0 policy=Chat target_us=5m");
    check(policy, "09:00 c creates channel=email", "clock0 policy=Rest target_us=8h");
    check(
        policy,
        "09:00 c creates channel=email\n09:10 a1 tag vip",
        "clock0 policy=VIP target_us=1h applied_at=09:00 due_at=10:00",
    );
    check(
        policy,
        "09:00 c creates channel=email\n09:10 rule sla Chat",
        "clock0 policy=Chat state=breached breached_at=09:10
         ticket sla_policy=Chat",
    );
}

#[test]
fn a_late_policy_counts_from_the_start() {
    let policy = "sla: [{name: VIP, versions: [{calendar: 24x7, when: {tag: vip},
        targets: {first_reply: 1h, net_resolution: 3h}}]}]";
    check(
        policy,
        "09:00 c creates\n09:20 a1 status pending\n09:30 a1 tag vip\n09:40 a1 writes",
        "clock0 clock=first_reply applied_at=09:30 started_at=09:00 elapsed_us=40m state=met
         clock1 clock=net_resolution elapsed_us=20m paused_us=20m state=paused",
    );
}

#[test]
fn a_policy_withdrawn_cancels() {
    let policy = "sla: [{name: VIP, versions: [{calendar: 24x7, when: {priority: high},
        targets: {first_reply: 1h}}]}]";
    check(
        policy,
        "09:00 c creates priority=high\n09:20 a1 priority low\n11:00 a1 writes",
        "clock0 state=met",
    );
    check(
        policy,
        "09:00 c creates priority=high\n09:20 a1 priority low\n11:00 a1 notes",
        "clock0 state=cancelled stopped_at=09:20 elapsed_us=20m",
    );
}

#[test]
fn removal_cancels_and_restoring_goes_on() {
    let policy = always("{first_reply: 2h, total_resolution: 8h}");
    check(
        &policy,
        "09:00 c creates\n10:00 a1 status spam",
        "clock0 state=cancelled stopped_at=10:00 elapsed_us=1h
         clock1 state=cancelled",
    );
    check(&policy, "09:00 c creates\n10:00 a1 merges B", "clock0 state=cancelled stopped_at=10:00");
    check(
        &policy,
        "09:00 c creates\n10:00 a1 status deleted\n14:00 a1 status restored\n14:30 a1 writes",
        "clock0 state=met elapsed_us=1h30m",
    );
}

#[test]
fn versions_by_validity() {
    let policy = "
sla:
  - name: Gold
    versions:
      - {to: 2026-03-03, calendar: 24x7, targets: {first_reply: 8h}}
      - {from: 2026-03-03, name: tight, calendar: 24x7, targets: {first_reply: 1h}}
";
    check(policy, "09:00 c creates", "clock0 target_us=8h policy_version=1");
    check(policy, "+1d 09:00 c creates", "clock0 target_us=1h policy_version=tight");
}

#[test]
fn the_tickets_own_calendar_changes_with_its_schedule() {
    let policy = "
calendars:
  - {name: day, zone: UTC, versions: [{hours: {mon-fri: ['09:00-12:00']}}]}
  - {name: all, zone: UTC, versions: [{hours: 24x7}]}
default_calendar: day
sla: [{name: G, versions: [{targets: {first_reply: 5h}}]}]
";
    check(
        policy,
        "09:00 c creates\n14:00 rule schedule all\n15:00 a1 notes",
        "clock0 elapsed_us=4h due_at=16:00 calendar=all",
    );
}

#[test]
fn everything_wrong_is_said_at_once() {
    let policies: Policies = serde_saphyr::from_str(
        "
default_calendar: nowhere
calendars:
  - {name: shut, zone: UTC, versions: [{hours: {mon: []}}]}
  - {name: shut, zone: Mars, versions: [{hours: 24x7}]}
sla:
  - {name: All, versions: [{calendar: 24x7, targets: {first_reply: 1h}}]}
  - {name: All, versions: [{calendar: gone, when: {colour: red}, targets: {}}]}
  - {name: Never, versions: [{from: 2026-02-01, to: 2026-01-01, calendar: 24x7,
      when: {tag: []}, targets: {next_reply: {}}}]}
",
    )
    .unwrap();
    let mut found: Vec<String> =
        policies.check().iter().map(|i| format!("{} {}", i.place, i.code)).collect();
    found.sort();
    for wanted in [
        "calendars[0].versions never_opens",
        "calendars[1].name duplicate_name",
        "calendars[1].zone unknown_zone",
        "default_calendar unknown_calendar",
        "sla[1].name duplicate_name",
        "sla[1].versions[0] never_matches",
        "sla[1].versions[0].calendar unknown_calendar",
        "sla[1].versions[0].targets no_targets",
        "sla[1].versions[0].when.colour unknown_facet",
        "sla[2].versions[0].targets.next_reply no_targets",
        "sla[2].versions[0].to never_matches",
        "sla[2].versions[0].when.tag never_matches",
    ] {
        assert!(found.iter().any(|issue| issue == wanted), "{wanted} not in {found:#?}");
    }
    assert_eq!(policies.digest(), policies.clone().digest());
    assert_ne!(policies.digest(), Policies::default().digest());
}
