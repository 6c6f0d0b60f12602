//! The passes: an ordered list of small steps from what was written to plans.
//!
//! Every reading pass is total: it takes what it can from the question and adds an issue for
//! everything it cannot, so that a wrong question is told all its problems at once. The question in
//! the [`Draft`] becomes canonical on the way.

mod dimensions;
mod filters;
mod grain;
mod metrics;
mod order;
mod period;
mod zone;

use crate::catalog::{Catalog, View};
use crate::compiled::OrderBy;
use crate::definition::{Attribution, ClockName};
use crate::dimension;
use crate::filter::Filter;
use crate::issue::Issue;
use crate::question::Question;
use crate::statistic::Statistic;
use crate::time::{Bucket, Grain, Resolved, Zone};
use event::Instant;
use std::collections::BTreeMap;

/// A step of reading.
pub(crate) type Pass = fn(&mut Draft<'_>);

/// Every reading pass, in order; later ones rely on what earlier ones have read.
pub(crate) const PASSES: &[(&str, Pass)] = &[
    ("zone", zone::read),
    ("grain", grain::read),
    ("period", period::read),
    ("metrics", metrics::read),
    ("dimensions", dimensions::read),
    ("filters", filters::read),
    ("comparisons", period::read_comparisons),
    ("spine", grain::check_spine),
    ("order", order::read),
];

/// A question on its way to plans.
pub(crate) struct Draft<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) question: Question,
    pub(crate) issues: Vec<Issue>,
    pub(crate) now: Instant,
    pub(crate) as_of: Option<Instant>,
    pub(crate) zone: Zone,
    pub(crate) grain: Option<Grain>,
    pub(crate) period: Resolved,
    pub(crate) targets: Vec<Target<'a>>,
    pub(crate) dimensions: Vec<dimension::Asked>,
    pub(crate) filters: Vec<Narrowing>,
    pub(crate) comparisons: Vec<(String, Resolved)>,
    pub(crate) spine: Option<Vec<Bucket>>,
    pub(crate) order: Vec<OrderBy>,
}

/// One filter of the question, with the place where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Narrowing {
    pub(crate) field: dimension::Asked,
    pub(crate) filter: Filter,
    pub(crate) place: String,
}

/// One metric of the question with every choice made.
#[derive(Clone, Debug)]
pub(crate) struct Target<'a> {
    /// The name of its cells.
    pub(crate) name: String,
    pub(crate) view: View<'a>,
    pub(crate) variant: String,
    pub(crate) statistics: Vec<(String, Statistic)>,
    pub(crate) clock: Option<ClockName>,
    pub(crate) attribution: Option<(String, &'a Attribution)>,
    pub(crate) parameters: BTreeMap<String, i64>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(catalog: &'a Catalog, question: Question, now: Instant, zone: Zone) -> Self {
        Self {
            catalog,
            question,
            issues: Vec::new(),
            now,
            as_of: None,
            zone,
            grain: None,
            period: Resolved::all(now),
            targets: Vec::new(),
            dimensions: Vec::new(),
            filters: Vec::new(),
            comparisons: Vec::new(),
            spine: None,
            order: Vec::new(),
        }
    }

    /// Runs every pass.
    pub(crate) fn read(mut self) -> Result<Self, Vec<Issue>> {
        for (_, pass) in PASSES {
            pass(&mut self);
        }
        if self.issues.is_empty() { Ok(self) } else { Err(self.issues) }
    }

    /// Whether the question itself says which tickets outside the default population it means.
    pub(crate) fn asks_for_excluded(&self) -> bool {
        let filters = self.filters.iter().map(|narrowing| &narrowing.field);
        self.dimensions.iter().chain(filters).any(|asked| asked.name == "excluded")
    }
}
