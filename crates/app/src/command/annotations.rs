//! `annotations`: what happened outside the tickets.

use super::question::issues_in;
use super::{Context, desk};
use crate::cli::{AnnotationArgs, AnnotationListArgs, AnnotationsCommand};
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use crate::output::{self, Cell, Column, Page, Sheet, table};
use engine::Engine;
use event::Instant;
use semantic::time::{read_end, read_start};
use serde_json::json;
use serve::annotations::{Annotation, read};

/// Runs `annotations list`, `annotations add` or `annotations remove`.
///
/// # Errors
/// There is no desk, the annotation has issues, or none has that number.
pub(crate) async fn run(context: &Context, command: &AnnotationsCommand) -> Outcome {
    let engine = desk::existing(context).await?;
    match command {
        AnnotationsCommand::List(args) => list(&engine, args).await?,
        AnnotationsCommand::Add(args) => {
            let id = add(&engine, args).await?;
            context.voice.say(&format!("annotation {id} added"));
        }
        AnnotationsCommand::Remove { id } => engine.store().annotation_remove(*id).await?,
    }
    Ok(Exit::Done)
}

async fn add(engine: &Engine, args: &AnnotationArgs) -> Outcome<i64> {
    let AnnotationArgs { title, at, to, kind, text } = args;
    let written = json!({"title": title, "at": at, "to": to, "kind": kind, "text": text});
    let note = read(&written, &engine.zone()).map_err(|issues| issues_in(None, issues))?;
    Ok(engine.store().annotation_add(&note).await?)
}

async fn list(engine: &Engine, args: &AnnotationListArgs) -> Outcome<()> {
    let zone = engine.zone();
    let from = args.from.as_deref().map(|text| end("--from", text, read_start(text, &zone)));
    let to = args.to.as_deref().map(|text| end("--to", text, read_end(text, &zone)));
    let found = engine.store().annotations(from.transpose()?, to.transpose()?).await?;
    let found: Vec<Annotation> = found.into_iter().map(Annotation::from).collect();
    let mut sheet = Sheet::new(&[
        ("id", Column::Whole),
        ("at", Column::Text),
        ("to", Column::Text),
        ("kind", Column::Text),
        ("title", Column::Text),
        ("text", Column::Text),
    ]);
    let mut rows = Vec::new();
    for one in &found {
        let to = one.to.map(|to| to.to_string()).unwrap_or_default();
        let texts = [
            one.at.to_string(),
            to,
            one.kind.name().to_owned(),
            one.title.clone(),
            one.text.clone().unwrap_or_default(),
        ];
        let mut row = vec![one.id.to_string()];
        row.extend(texts.iter().take(4).cloned());
        rows.push(row);
        let mut cells = vec![Cell::Whole(one.id)];
        cells.extend(texts.map(Cell::Text));
        sheet.rows.push(cells);
    }
    let header = ["id", "at", "to", "kind", "title"].map(str::to_owned);
    let human = table(&header, &[true], &rows);
    let json = output::json(&json!({"annotations": found}))?;
    args.output.print(&Page { json, batch: sheet.batch()?, human })
}

fn end(flag: &str, text: &str, instant: Option<Instant>) -> Outcome<Instant> {
    instant.ok_or_else(|| {
        let issue = Issue::new("bad_instant", flag, format!("`{text}` is not an instant"));
        let hint = "write a day such as 2026-03-02, or 2026-03-02T09:00:00Z";
        Failure::issues(vec![issue.hint(hint)])
    })
}
