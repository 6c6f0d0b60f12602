//! How long what is kept.

use crate::desk::Desk;
use crate::payload::Payload;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use engine::semantic::Issue;
use serde::{Deserialize, Serialize};
use store::{RetentionIssue, RetentionRules};

/// The moment from which a field of a ticket is kept for a time.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Basis {
    /// The last thing that happened.
    #[default]
    LastEvent,
    /// The ticket's end: solved, closed, thrown away or merged.
    Closed,
}

/// How long one field is kept.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// `text`, `custom_fields`, `custom_fields.NAME`, `quarantine` or `imports`.
    field: String,
    /// For how long: a number of days or weeks, such as `90d` or `12w`.
    after: String,
    /// Only tickets of this source; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// After what.
    #[serde(default)]
    by: Basis,
}

/// How long what is kept.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    /// Each for itself.
    rules: Vec<Rule>,
}

/// What is past its time now.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Due {
    /// Tickets with something past its time.
    tickets: u64,
    /// Segments that are written anew for it.
    segments: u64,
    /// Rows of the quarantine whose raw text is emptied.
    quarantined: u64,
    /// Entries of the log of imports whose names are emptied.
    imports: u64,
}

impl From<RetentionRules> for Retention {
    fn from(rules: RetentionRules) -> Self {
        let rule = |rule: store::RetentionRule| Rule {
            field: rule.field,
            after: rule.after,
            source: rule.source,
            by: match rule.by {
                store::Basis::LastEvent => Basis::LastEvent,
                store::Basis::Closed => Basis::Closed,
            },
        };
        Self { rules: rules.rules.into_iter().map(rule).collect() }
    }
}

impl From<Retention> for RetentionRules {
    fn from(retention: Retention) -> Self {
        let rule = |rule: Rule| store::RetentionRule {
            field: rule.field,
            after: rule.after,
            source: rule.source,
            by: match rule.by {
                Basis::LastEvent => store::Basis::LastEvent,
                Basis::Closed => store::Basis::Closed,
            },
        };
        Self { rules: retention.rules.into_iter().map(rule).collect() }
    }
}

/// How long what is kept
#[utoipa::path(
    get, path = "/retention", tag = "privacy",
    responses((status = 200, body = Retention), (status = "default", body = Problem)),
)]
pub(crate) async fn current(State(desk): State<Desk>) -> Result<Json<Retention>, Problem> {
    Ok(Json(desk.store().retention().await?.into()))
}

/// Put other rules in force, which the job `retention` follows
#[utoipa::path(
    put, path = "/retention", tag = "privacy", request_body = Retention,
    responses(
        (status = 200, body = Retention), (status = 422, body = Problem),
        (status = "default", body = Problem),
    ),
)]
pub(crate) async fn change(
    State(desk): State<Desk>,
    payload: Payload,
) -> Result<Json<Retention>, Problem> {
    let rules: RetentionRules = payload.json::<Retention>("the rules of retention")?.into();
    let issues = rules.check();
    if !issues.is_empty() {
        return Err(Problem::issues("the rules of retention", issues.iter().map(issue).collect()));
    }
    desk.store().set_retention(&rules).await?;
    Ok(Json(rules.into()))
}

/// What is past its time now
#[utoipa::path(
    get, path = "/retention/due", tag = "privacy",
    responses((status = 200, body = Due), (status = "default", body = Problem)),
)]
pub(crate) async fn due(State(desk): State<Desk>) -> Result<Json<Due>, Problem> {
    let store::RetentionCounts { tickets, segments, quarantined, imports } =
        desk.store().retention_plan().await?;
    Ok(Json(Due { tickets, segments, quarantined, imports }))
}

/// What is wrong with a rule, as every other issue.
fn issue(issue: &RetentionIssue) -> Issue {
    Issue::new("bad_retention", &issue.place, &issue.message).hint(&issue.hint)
}
