//! From a read question to stock logical plans.

mod drill;
mod flow;
mod scope;
mod shape;
mod stock;
mod values;

pub(crate) use drill::Drilled;
pub(crate) use scope::Scope;
pub(crate) use stock::Instants;

use crate::answer::MetricMeta;
use crate::compiled::{Measure, Part, Reading, Rollup};
use crate::definition::{Kind, Population};
use crate::issue::Issue;
use crate::pass::{Draft, Target};
use crate::sql::{Bindings, Fragments};
use crate::statistic::Statistic;
use crate::time::Resolved;
use datafusion_common::{DataFusionError, ScalarValue};

/// The result of lowering: what can go wrong is either said to the asker or a defect of ours.
pub(crate) type Lowered<T> = Result<T, Issue>;

impl From<DataFusionError> for Issue {
    fn from(error: DataFusionError) -> Self {
        Self::new("internal", "question", crate::question::first_line(&error))
            .hint("a defect of ours, or a definition that `deskmeter check` would refuse")
    }
}

/// What lowering one metric over one period needs.
#[derive(Clone, Copy)]
pub(crate) struct Lowering<'a> {
    pub(crate) draft: &'a Draft<'a>,
    pub(crate) fragments: &'a Fragments<'a>,
    pub(crate) target: &'a Target<'a>,
    /// Position of the metric among the measures.
    pub(crate) measure: usize,
    pub(crate) period: Resolved,
}

impl Lowering<'_> {
    /// What `:name` stands for in the fragments of the metric.
    pub(crate) fn bindings(&self) -> Bindings {
        let mut bindings = Bindings::default();
        let now = ScalarValue::TimestampMicrosecond(Some(self.draft.now.micros()), None);
        bindings.push("now", now);
        bindings.push("zone", ScalarValue::from(self.draft.zone.name.as_str()));
        for (name, value) in &self.target.parameters {
            bindings.push(name, ScalarValue::from(*value));
        }
        bindings
    }

    /// The plans of one metric.
    pub(crate) fn parts(&self) -> Lowered<Vec<Part>> {
        if self.period.at && self.target.view.kind() != Kind::Stock {
            return Err(Issue::new(
                "bad_range",
                "range.at",
                format!("`{}` needs a period, not one instant", self.target.name),
            ));
        }
        match self.target.view.kind() {
            Kind::Flow => flow::parts(self),
            Kind::Stock => Ok(vec![stock::part(self)?]),
            Kind::Duration | Kind::Count | Kind::Share | Kind::Mean | Kind::Spread => {
                values::parts(self)
            }
        }
    }

    /// Everything wrong with the question's filters for this metric, at once. The streams of a flow
    /// say so themselves, one after the other.
    pub(crate) fn filter_issues(&self) -> Vec<Issue> {
        let view = self.target.view;
        if view.kind() == Kind::Flow {
            return Vec::new();
        }
        let scope = Scope::open(*self, view.table(), view.variant.from.as_deref());
        let attributed = scope.and_then(|mut scope| {
            if let Some((_, attribution)) = &self.target.attribution {
                scope.attribute(&attribution.time, attribution.moment.as_deref())?;
            }
            Ok(scope)
        });
        match attributed {
            Ok(mut scope) => scope.filter_issues(),
            Err(issue) => vec![issue],
        }
    }

    /// What is known of the measure besides its plans.
    pub(crate) fn measure(&self) -> Lowered<Measure> {
        let (scale, denominator_scale) = match self.target.view.kind() {
            Kind::Flow => flow::scales(self)?,
            Kind::Stock | Kind::Share => (1.0, 1.0),
            Kind::Duration | Kind::Count | Kind::Mean | Kind::Spread => (values::scale(self)?, 1.0),
        };
        Ok(Measure {
            name: self.target.name.clone(),
            meta: meta(self.target),
            kind: self.target.view.kind(),
            readings: readings(self.target),
            scale,
            denominator_scale,
        })
    }
}

/// The quantiles that a metric's plan computes, in the order of its list.
pub(crate) fn quantiles(target: &Target<'_>) -> Vec<f64> {
    if target.view.kind() == Kind::Spread && target.view.variant.over.is_none() {
        return vec![0.25, 0.5, 0.75];
    }
    let statistics = target.statistics.iter();
    statistics
        .filter_map(|(_, statistic)| match statistic {
            Statistic::Quantile(share) => Some(*share),
            _ => None,
        })
        .collect()
}

fn readings(target: &Target<'_>) -> Vec<(String, Reading)> {
    let mut next = 0;
    let mut read = |statistic: Statistic, kind: Kind| match (statistic, kind) {
        (Statistic::Quantile(_), _) => {
            next += 1;
            Reading::Quantile(next - 1)
        }
        (Statistic::Last, _) => Reading::Stock(Rollup::Last),
        (Statistic::Avg, _) => Reading::Stock(Rollup::Avg),
        (Statistic::Min, Kind::Stock) => Reading::Stock(Rollup::Min),
        (Statistic::Max, Kind::Stock) => Reading::Stock(Rollup::Max),
        (Statistic::Min, _) => Reading::Min,
        (Statistic::Max, _) => Reading::Max,
        (Statistic::Mean, _) => Reading::Mean,
        (Statistic::Sum, _) => Reading::Sum,
        (Statistic::Count, _) => Reading::Value,
        (Statistic::Gap, _) => Reading::Gap,
        (Statistic::Ratio, _) => Reading::Ratio,
        (Statistic::Spread, _) => Reading::Spread,
    };
    let kind = target.view.kind();
    let statistics = target.statistics.iter();
    statistics.map(|(name, statistic)| (name.clone(), read(*statistic, kind))).collect()
}

fn meta(target: &Target<'_>) -> MetricMeta {
    let (definition, variant) = (target.view.definition, target.view.variant);
    MetricMeta {
        metric: definition.metric.clone(),
        id: definition.id.clone(),
        variant: target.variant.clone(),
        version: definition.version,
        title: match &variant.title {
            Some(title) if definition.variants.0.len() > 1 => {
                format!("{}: {title}", definition.title)
            }
            _ => definition.title.clone(),
        },
        definition: variant.formula.clone().unwrap_or_else(|| definition.formula.clone()),
        unit: variant.unit.unwrap_or(definition.unit),
        good: variant.good.unwrap_or(definition.good),
        kind: target.view.kind(),
        statistics: target.statistics.iter().map(|(name, _)| name.clone()).collect(),
        clock: target.clock.map(|clock| clock.name().to_owned()),
        attribution: match &target.attribution {
            Some((name, _)) => name.clone(),
            None => "instant".to_owned(),
        },
        parameters: target.parameters.clone(),
        population: match variant.population {
            Population::Default => "default".to_owned(),
            Population::All => "all".to_owned(),
        },
    }
}
