//! The compiler: a question in, plans or issues out.

use crate::answer::Warning;
use crate::catalog::Catalog;
use crate::compiled::{Compared, Compiled, DimensionMeta, Part};
use crate::definition::{Kind, Population};
use crate::dimension::What;
use crate::issue::Issue;
use crate::limits::BUCKETS_MAX;
use crate::pass::Draft;
use crate::plan::Lowering;
use crate::question::Question;
use crate::sql::{Fragments, Tables};
use crate::time::{Resolved, Zone, spine};
use datafusion_expr::registry::FunctionRegistry;
use event::Instant;

/// What compiling takes besides the question.
///
/// `functions` offers, by name, the stock functions of DataFusion and `quantiles`, `local_bucket`,
/// `local_hour`, `local_weekday` and `field`.
#[derive(Clone)]
pub struct Compiler<'a> {
    /// The metrics.
    pub catalog: &'a Catalog,
    /// The fact tables.
    pub tables: &'a dyn Tables,
    /// Functions by name.
    pub functions: &'a dyn FunctionRegistry,
    /// The present.
    pub now: Instant,
    /// Zone and first day of the week where the question names none.
    pub zone: Zone,
}

impl std::fmt::Debug for Compiler<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiler")
            .field("now", &self.now)
            .field("zone", &self.zone)
            .finish_non_exhaustive()
    }
}

impl<'a> Compiler<'a> {
    /// The question in canonical form: equal questions become equal.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn canonical(&self, question: &Question) -> Result<Question, Vec<Issue>> {
        self.read(question).map(|draft| draft.question)
    }

    pub(crate) fn read(&self, question: &Question) -> Result<Draft<'a>, Vec<Issue>> {
        Draft::new(self.catalog, question.clone(), self.now, self.zone.clone()).read()
    }

    /// The plans that answer the question.
    ///
    /// # Errors
    /// Everything that is wrong with the question.
    pub fn compile(&self, question: &Question) -> Result<Compiled, Vec<Issue>> {
        let draft = self.read(question)?;
        let fragments = Fragments::new(self.tables, self.functions);
        let mut issues = Vec::new();
        let mut measures = Vec::with_capacity(draft.targets.len());
        for (at, target) in draft.targets.iter().enumerate() {
            let lowering = Lowering {
                draft: &draft,
                fragments: &fragments,
                target,
                measure: at,
                period: draft.period,
            };
            issues.extend(lowering.filter_issues());
            match lowering.measure() {
                Ok(measure) => measures.push(measure),
                Err(issue) => issues.push(issue),
            }
        }
        let parts = parts(&draft, &fragments, draft.period, &mut issues);
        let mut compared = Vec::with_capacity(draft.comparisons.len());
        for (name, period) in &draft.comparisons {
            compared.push(Compared {
                name: name.clone(),
                period: *period,
                spine: draft.grain.zip(period.from).map(|(grain, from)| {
                    spine((from, period.to), grain, &draft.zone, draft.now, BUCKETS_MAX)
                }),
                parts: parts_again(&draft, &fragments, *period, &mut issues),
            });
        }
        if !issues.is_empty() {
            return Err(once(issues));
        }
        let first = draft.zone.week_start.to_monday_zero_offset().unsigned_abs();
        let dimensions = draft.dimensions.iter().map(|asked| DimensionMeta {
            name: asked.name.clone(),
            order: asked.order(usize::from(first)),
            multiple: asked.what == What::Tag,
        });
        Ok(Compiled {
            dimensions: dimensions.collect(),
            warnings: warnings(&draft),
            question: draft.question.clone(),
            grain: draft.grain,
            period: draft.period,
            spine: draft.spine.clone(),
            now: draft.now,
            as_of: draft.as_of,
            measures,
            parts,
            compared,
            order: draft.order.clone(),
            limit: draft.question.limit,
            zone: draft.zone.clone(),
        })
    }
}

fn parts(
    draft: &Draft<'_>,
    fragments: &Fragments<'_>,
    period: Resolved,
    issues: &mut Vec<Issue>,
) -> Vec<Part> {
    let mut parts = Vec::new();
    for (measure, target) in draft.targets.iter().enumerate() {
        match (Lowering { draft, fragments, target, measure, period }).parts() {
            Ok(more) => parts.extend(more),
            Err(issue) => issues.push(issue),
        }
    }
    parts
}

/// The parts of a period compared with; its issues are those of the period itself.
fn parts_again(
    draft: &Draft<'_>,
    fragments: &Fragments<'_>,
    period: Resolved,
    issues: &mut Vec<Issue>,
) -> Vec<Part> {
    let mut more = Vec::new();
    let parts = parts(draft, fragments, period, &mut more);
    if issues.is_empty() {
        issues.append(&mut more);
    }
    parts
}

/// Each issue once: several metrics may find the same fault.
fn once(issues: Vec<Issue>) -> Vec<Issue> {
    let mut kept: Vec<Issue> = Vec::with_capacity(issues.len());
    for issue in issues {
        if !kept.contains(&issue) {
            kept.push(issue);
        }
    }
    kept
}

fn warnings(draft: &Draft<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if draft.dimensions.iter().any(|asked| asked.what == What::Tag) {
        warnings.push(Warning::new(
            "several_groups",
            "a ticket counts in every one of its tags, so the groups do not add up to the whole",
        ));
    }
    if draft.period.from.is_some() && draft.period.to > draft.now.plus(1) {
        warnings
            .push(Warning::new("not_over", "the period is not over: its last bucket is partial"));
    }
    for target in &draft.targets {
        let kind = target.view.kind();
        if kind == Kind::Stock {
            warnings.push(Warning::new(
                "not_additive",
                format!("`{}` is a stock: add it over groups, never over time", target.name),
            ));
        }
        if kind == Kind::Flow {
            warnings.push(Warning::new(
                "flow",
                format!(
                    "`{}` relates two streams of different tickets and may exceed 100 %",
                    target.name
                ),
            ));
        }
        let all = target.view.variant.population == Population::All;
        if !all && draft.asks_for_excluded() {
            warnings.push(Warning::new(
                "all_tickets",
                format!(
                    "`{}` counts excluded tickets too, since the question names them",
                    target.name
                ),
            ));
        }
    }
    warnings
}
