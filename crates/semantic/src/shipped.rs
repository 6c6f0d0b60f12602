//! The definitions that ship with the program, listed by a test: `UPDATE=1 cargo test -p semantic`.

/// A file's name and its text.
macro_rules! metric {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../definitions/metrics/", $name)))
    };
}

/// File names and texts of `definitions/metrics/`.
pub(crate) const METRICS: &[(&str, &str)] = &[
    metric!("agent_work_time.yaml"),
    metric!("backlog.yaml"),
    metric!("backlog_age.yaml"),
    metric!("backlog_days.yaml"),
    metric!("cases_per_agent.yaml"),
    metric!("clearance_rate.yaml"),
    metric!("consistency.yaml"),
    metric!("csat.yaml"),
    metric!("csat_flips.yaml"),
    metric!("csat_response_rate.yaml"),
    metric!("escalation_rate.yaml"),
    metric!("first_acknowledgement_time.yaml"),
    metric!("first_contact_resolution.yaml"),
    metric!("first_resolution_time.yaml"),
    metric!("first_response_time.yaml"),
    metric!("full_resolution_time.yaml"),
    metric!("handle_time.yaml"),
    metric!("net_resolution_time.yaml"),
    metric!("next_reply_time.yaml"),
    metric!("on_hold_time.yaml"),
    metric!("reopen_rate.yaml"),
    metric!("replies_per_ticket.yaml"),
    metric!("requester_wait_time.yaml"),
    metric!("resolution_rate.yaml"),
    metric!("sla_attainment.yaml"),
    metric!("sla_illegitimate_pause.yaml"),
    metric!("sla_overrun.yaml"),
    metric!("sla_time_left.yaml"),
    metric!("transfer_hops.yaml"),
    metric!("transfer_rate.yaml"),
    metric!("volume.yaml"),
    metric!("waiting_on_customer_time.yaml"),
    metric!("waiting_time.yaml"),
];
