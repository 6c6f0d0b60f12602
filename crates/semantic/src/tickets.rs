//! Drill-down: the rows behind a cell, as many as its `n`.

use crate::compile::Compiler;
use crate::compiled::Role;
use crate::definition::Kind;
use crate::dimension::Asked;
use crate::issue::Issue;
use crate::limits::PAGE_MAX;
use crate::pass::{Draft, Target};
use crate::plan::{Drilled, Lowered, Lowering};
use crate::question::Question;
use crate::sql::Fragments;
use crate::time::{Bucket, Resolved, bucket_name};
use datafusion_expr::LogicalPlan;
use std::collections::BTreeMap;

/// Which cell of an answer, and which page of its rows.
#[derive(
    Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Drill {
    /// The name of the cell; absent = the question's only or first metric.
    pub metric: Option<String>,
    /// The row's `time`; absent = the whole period.
    pub time: Option<String>,
    /// The row's dimensions; absent ones are not narrowed.
    pub dimensions: BTreeMap<String, String>,
    /// Which side of a flow; absent = the denominator, which is its `n`.
    pub side: Option<RatioSide>,
    /// Order: `value` (default), `time` or `number`.
    pub sort: Sort,
    /// Smallest first.
    pub ascending: bool,
    /// Rows to skip.
    pub offset: u64,
    /// Rows on the page; 0 = as many as allowed.
    pub limit: u64,
}

/// A side of a ratio of two streams.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RatioSide {
    /// The numerator.
    Numerator,
    /// The denominator.
    Denominator,
}

/// What the rows of a drill-down are ordered by.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The measured value.
    #[default]
    Value,
    /// The instant that the row belongs to.
    Time,
    /// The ticket number.
    Number,
}

/// The plan behind a cell, and what its values are divided by.
#[derive(Clone, Debug)]
pub struct Tickets {
    /// Rows: `number`, `ticket`, `source`, `time` (UTC), `value` (Int64 before `scale`, null for
    /// counts), `created_at`, `status`, `channel`, `priority`, `group`, `agent`, `requester`.
    /// For a share, `value` is 1 where the row is in the numerator. For a distinct count there is
    /// one row per distinct thing, with its first ticket.
    pub plan: LogicalPlan,
    /// What `value` is divided by.
    pub scale: f64,
}

impl Compiler<'_> {
    /// The rows behind one cell: without `offset` and `limit` as many as the cell's `n`.
    ///
    /// # Errors
    /// Everything that is wrong with the question or the cell.
    pub fn tickets(&self, question: &Question, drill: &Drill) -> Result<Tickets, Vec<Issue>> {
        let draft = self.read(question)?;
        let fragments = Fragments::new(self.tables, self.functions);
        let mut issues = Vec::new();
        let target = find_target(&draft, drill, &mut issues);
        let period = find_period(&draft, drill, &mut issues);
        let groups = find_groups(&draft, drill, &mut issues);
        if drill.limit > PAGE_MAX {
            let message = format!("`limit` is {}, {PAGE_MAX} at most", drill.limit);
            issues.push(Issue::new("limit_exceeded", "limit", message));
        }
        let (Some((measure, target)), Some(period), true) = (target, period, issues.is_empty())
        else {
            return Err(issues);
        };
        let lowering = Lowering { draft: &draft, fragments: &fragments, target, measure, period };
        rows(&lowering, drill, &groups).map_err(|issue| vec![issue])
    }
}

fn rows(lowering: &Lowering<'_>, drill: &Drill, groups: &[(&Asked, &str)]) -> Lowered<Tickets> {
    let role = match drill.side {
        Some(RatioSide::Numerator) => Role::Numerator,
        Some(RatioSide::Denominator) | None => Role::Denominator,
    };
    let drilled = match lowering.target.view.kind() {
        Kind::Flow => Drilled::flow(lowering, role)?,
        Kind::Stock => Drilled::stock(lowering)?,
        Kind::Duration | Kind::Count | Kind::Share | Kind::Mean | Kind::Spread => {
            Drilled::values(lowering)?
        }
    };
    let scale = drilled.scale;
    Ok(Tickets { plan: drilled.plan(groups, drill)?, scale })
}

fn find_target<'d, 'a>(
    draft: &'d Draft<'a>,
    drill: &Drill,
    issues: &mut Vec<Issue>,
) -> Option<(usize, &'d Target<'a>)> {
    let Some(name) = &drill.metric else {
        return draft.targets.first().map(|target| (0, target));
    };
    let found = draft.targets.iter().enumerate().find(|(_, target)| target.name == *name);
    if found.is_none() {
        let known = draft.targets.iter().map(|target| target.name.as_str());
        issues.push(
            Issue::new("unknown_metric", "metric", format!("the question has no metric `{name}`"))
                .did_you_mean(name, known),
        );
    }
    found
}

/// The period of the cell: its bucket, or the whole period.
fn find_period(draft: &Draft<'_>, drill: &Drill, issues: &mut Vec<Issue>) -> Option<Resolved> {
    let Some(time) = &drill.time else { return Some(draft.period) };
    let Some(grain) = draft.grain else {
        issues.push(Issue::new("bad_range", "time", "the question has no grain of time"));
        return None;
    };
    let local = time.parse::<jiff::civil::DateTime>().ok();
    let bucket = local.and_then(|local| {
        let start = draft.zone.floor(local, grain);
        let ends =
            (draft.zone.instant(start), draft.zone.instant(draft.zone.step(start, grain, 1)));
        let whole: Vec<Bucket> = crate::time::spine(ends, grain, &draft.zone, draft.now, 1);
        let bucket = whole.into_iter().next()?;
        let from = draft.period.from.map_or(bucket.from, |from| from.max(bucket.from));
        let to = bucket.to.min(draft.period.to);
        (bucket_name(start, grain) == bucket_name(local, grain) && from < to).then_some((from, to))
    });
    if bucket.is_none() {
        let message = format!("`{time}` is not a bucket of the answer");
        issues.push(Issue::new("bad_range", "time", message).hint("use a row's `time`"));
    }
    let (from, to) = bucket?;
    Some(Resolved { from: Some(from), to, at: false, unit: None })
}

fn find_groups<'d>(
    draft: &'d Draft<'_>,
    drill: &'d Drill,
    issues: &mut Vec<Issue>,
) -> Vec<(&'d Asked, &'d str)> {
    let mut groups = Vec::new();
    for (name, value) in &drill.dimensions {
        match draft.dimensions.iter().find(|asked| asked.name == *name) {
            Some(asked) => groups.push((asked, value.as_str())),
            None => {
                let known = draft.dimensions.iter().map(|asked| asked.name.as_str());
                let message = format!("the question does not split by `{name}`");
                issues.push(
                    Issue::new("unknown_dimension", format!("dimensions.{name}"), message)
                        .did_you_mean(name, known),
                );
            }
        }
    }
    groups
}
