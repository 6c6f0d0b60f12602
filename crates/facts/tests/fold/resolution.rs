//! Resolution, status times, transfers, escalations, effort (M04–M10, M12, M24–M27).

use crate::history::check;

#[test]
fn status_times_add_up_to_the_resolution() {
    check(
        "",
        "09:00 c creates
         09:10 a1 status open
         10:00 a1 status pending
         11:00 c writes
         11:00 rule status open
         11:30 a1 status on_hold
         13:30 a1 status open
         14:00 a1 status solved",
        "ticket full_resolution_us=5h net_resolution_us=4h net_resolution_hold_us=2h
         ticket requester_wait_us=4h waiting_on_customer_us=1h on_hold_us=2h agent_work_us=2h
         ticket ever_pending=true ever_on_hold=true
         spans 7
         span1 status=open started_at=09:10 ended_at=10:00 is_backlog=true
         span6 status=solved ended_at=- is_backlog=false",
    );
}

#[test]
fn unsolved_tickets_have_no_status_times() {
    check(
        "",
        "09:00 c creates
         10:00 a1 status pending",
        "ticket waiting_on_customer_us=- requester_wait_us=- full_resolution_us=-",
    );
}

#[test]
fn a_reopened_ticket_resolves_at_its_last_solve() {
    check(
        "",
        "09:00 c creates
         10:00 a1 status solved
         12:00 c writes
         12:00 rule status open
         13:00 a2 status solved
         +4d 13:00 rule status closed",
        "ticket first_resolution_us=1h full_resolution_us=4h n_solves=2 n_reopens=1 n_closes=1
         ticket solve_agent=a2 first_solve_agent=a1 status=closed closed_at=+4d13:00
         ticket requester_wait_us=2h auto_closed=false",
    );
}

#[test]
fn closed_without_being_solved_is_solved() {
    check(
        "",
        "09:00 c creates agent=a1
         10:00 rule status closed",
        "ticket first_resolution_us=1h full_resolution_us=1h n_solves=1 n_closes=1
         ticket solve_agent=a1 auto_closed=true",
    );
}

#[test]
fn a_timeout_is_flagged_and_has_a_last_human_action() {
    check(
        "",
        "09:00 c creates
         09:30 a1 writes
         09:30 a1 status pending
         +3d 09:30 rule status solved",
        "ticket auto_closed=true full_resolution_us=72h30m full_resolution_last_action_us=30m
         ticket net_resolution_us=30m",
    );
}

#[test]
fn nothing_before_the_first_human_owner_is_a_transfer() {
    check(
        "",
        "09:00 c creates
         09:01 rule group g1
         09:02 rule group g2
         09:03 rule agent a1
         09:04 rule agent a2",
        "ticket n_transfers=0 n_agent_changes=1 n_group_changes=1 first_assigned_at=09:03
         ticket reassigned_first_last=true",
    );
}

#[test]
fn there_and_back_again_is_two_hops() {
    check(
        "",
        "09:00 c creates
         09:10 a1 agent a1
         09:20 a1 writes
         09:30 a1 agent a2
         09:40 a2 agent a1
         09:50 a1 agent -
         09:55 a1 agent a1",
        "ticket n_transfers=2 n_agent_changes=2 reassigned_first_last=false
         ticket first_transferred_at=09:30",
    );
}

#[test]
fn agent_and_group_at_once_are_one_hop() {
    check(
        "",
        "09:00 c creates agent=a1 group=g1
         09:10 a1 writes
         09:30 a1 group g2
         09:30 a1 agent a2",
        "ticket n_transfers=1 n_agent_changes=1 n_group_changes=1
         touch2 kind=transfer_group agent=a1 group=g1
         touch3 kind=transfer_agent agent=a1 group=g2
         touch4 kind=assign agent=a2 group=g2",
    );
}

#[test]
fn escalations_go_two_ways() {
    check(
        "",
        "09:00 c creates agent=a1
         10:00 a1 escalates functional
         11:00 a1 escalates hierarchical",
        "ticket n_escalations_functional=1 n_escalations_hierarchical=1 first_escalated_at=10:00",
    );
}

#[test]
fn booked_and_estimated_effort() {
    check(
        "",
        "09:00 c creates
         09:10 a1 writes
         09:20 a1 notes
         09:36 a1 notes
         09:40 a1 works 600
         09:40 a2 works 60",
        "ticket worked_us=11m estimated_us=20m n_participants=1
         touch0 kind=reply effort_us=-
         touch1 kind=session effort_us=12m agent=a1",
    );
}

#[test]
fn bots_that_solve_alone() {
    check(
        "",
        "09:00 c creates
         09:01 bot writes
         09:02 bot status solved",
        "ticket bot_only=true bot_involved=true auto_closed=false is_solved=true handoff_at=-",
    );
}

#[test]
fn start_variants() {
    check(
        "",
        "09:00 c creates
         09:01 bot writes
         09:05 bot group g1
         09:10 rule agent a1
         10:00 a1 status solved",
        "ticket first_resolution_us=1h first_resolution_from_message_us=1h
         ticket first_resolution_from_assignment_us=50m first_resolution_from_handoff_us=55m
         ticket full_resolution_from_assignment_us=50m full_resolution_from_handoff_us=55m",
    );
}
