//! `explain`: how a metric, a ticket's numbers and a cell come about.

use super::question::{cell, issues_in, question};
use super::{Context, desk};
use crate::cli::{ExplainCommand, Format, OutputArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use crate::output::{self, Column, Page, Sheet};
use semantic::Answer;
use semantic::answer::MetricMeta;
use semantic::statement::Statement;
use serde_json::json;

/// Runs `explain metric`, `explain ticket`, `explain sql` or `explain cell`.
///
/// # Errors
/// What is to be explained does not exist, or the question has issues.
pub(crate) async fn run(context: &Context, command: ExplainCommand) -> Outcome {
    match command {
        ExplainCommand::Metric { name: None, output } => metrics(context, &output)?,
        ExplainCommand::Metric { name: Some(name), output } => metric(context, &name, &output)?,
        ExplainCommand::Ticket { ticket: written, output } => {
            ticket(context, &written, &output).await?;
        }
        ExplainCommand::Sql { question: asked, output } => {
            let question = question(&asked)?;
            let engine = desk::existing(context).await?;
            let statements = engine.statements(&question).await.map_err(failed)?;
            output.print(&sql(&statements)?)?;
        }
        ExplainCommand::Cell { question: asked, cell: coordinates, output } => {
            let question = question(&asked)?;
            let cell = cell(&coordinates)?;
            let engine = desk::existing(context).await?;
            let page = engine.tickets(&question, &cell).await.map_err(failed)?;
            // Only people read units; asking costs no more than the answer that was opened.
            let answer = match output.chosen() {
                Format::Table => Some(engine.ask(&question).await.map_err(failed)?),
                Format::Json | Format::Csv | Format::Parquet => None,
            };
            let meta = answer.as_ref().and_then(|answer| meta(answer, cell.metric.as_deref()));
            output.print(&output::ticket_page(&page, meta)?)?;
        }
    }
    Ok(Exit::Done)
}

/// What is known of the cell's metric: of the one named, else of the only one.
fn meta<'a>(answer: &'a Answer, name: Option<&str>) -> Option<&'a MetricMeta> {
    match name {
        Some(name) => answer.metrics.get(name),
        None => answer.metrics.values().next(),
    }
}

/// The statements, for people one after the other.
fn sql(statements: &[Statement]) -> Outcome<Page> {
    let mut sheet =
        Sheet::new(&[("metric", Column::Text), ("part", Column::Text), ("sql", Column::Text)]);
    let mut human = String::new();
    for Statement { metric, part, sql } in statements {
        sheet.rows.push([metric, part, sql].map(|text| text.as_str().into()).to_vec());
        human.push_str(&format!("-- {metric}: {part}\n{sql};\n\n"));
    }
    let json = output::json(&json!({"statements": statements}))?;
    Ok(Page { json, batch: sheet.batch()?, human })
}

fn failed(error: engine::Error) -> Failure {
    match error {
        engine::Error::Issues(issues) => issues_in(None, issues),
        other => other.into(),
    }
}

fn metrics(context: &Context, output: &OutputArgs) -> Outcome<()> {
    let catalog = desk::catalog(&context.config)?;
    let list = serve::metrics(&catalog);
    let mut sheet = Sheet::new(&[
        ("metric", Column::Text),
        ("id", Column::Text),
        ("unit", Column::Text),
        ("good", Column::Text),
        ("title", Column::Text),
    ]);
    for metric in &list.metrics {
        sheet.rows.push(vec![
            metric.name.as_str().into(),
            metric.id.as_str().into(),
            metric.unit.name().into(),
            metric.good.name().into(),
            metric.title.as_str().into(),
        ]);
    }
    let json = output::json(&list)?;
    let human = output::metric_list(catalog.entries().map(|entry| &entry.definition));
    output.print(&Page { json, batch: sheet.batch()?, human })
}

fn metric(context: &Context, name: &str, output: &OutputArgs) -> Outcome<()> {
    let catalog = desk::catalog(&context.config)?;
    let Some(description) = catalog.describe(name) else {
        let failure = Failure::words(Exit::NotFound, format!("there is no metric `{name}`"));
        return Err(match semantic::issue::suggest(name, catalog.names()) {
            Some(hint) => failure.hint(hint),
            None => failure,
        });
    };
    let json = output::json(&description)?;
    let mut sheet = Sheet::new(&[
        ("variant", Column::Text),
        ("title", Column::Text),
        ("formula", Column::Text),
    ]);
    for variant in &description.variants {
        let texts = [&variant.name, &variant.title, &variant.formula];
        sheet.rows.push(texts.map(|text| text.as_str().into()).to_vec());
    }
    let human = output::metric_explained(&description);
    output.print(&Page { json, batch: sheet.batch()?, human })
}

async fn ticket(context: &Context, written: &str, output: &OutputArgs) -> Outcome<()> {
    let Some((source, id)) = written.split_once('/') else {
        let message = format!("`{written}` is not SOURCE/ID");
        return Err(Failure::issues(vec![
            Issue::new("bad_ticket", "TICKET", message).hint("for example acme/4711"),
        ]));
    };
    let engine = desk::existing(context).await?;
    let explained = engine.explain_ticket(source, id).await.map_err(failed)?;
    output.print(&output::ticket_explained(&explained)?)
}
