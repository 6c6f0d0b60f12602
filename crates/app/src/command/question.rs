//! Puts the flags of a question together with its file.

use crate::cli::{CellArgs, QuestionArgs};
use crate::exit::{Failure, Outcome};
use crate::issue::Issue;
use semantic::{Drill, Question};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Largest question file read, in bytes.
const QUESTION_BYTES_MAX: u64 = 1 << 20;

/// Reads the question that `args` ask.
///
/// # Errors
/// Every issue of the file and of the flags.
pub(crate) fn question(args: &QuestionArgs) -> Outcome<Question> {
    let mut value = match &args.question {
        Some(file) => from_file(file)?,
        None => Map::new(),
    };
    override_with(args, &mut value);
    let place = args.question.as_ref().map(|file| file.display().to_string());
    Question::from_value(Value::Object(value)).map_err(|issues| issues_in(place.as_deref(), issues))
}

/// The issues of a question, their places prefixed with the file where there is one.
pub(crate) fn issues_in(file: Option<&str>, issues: Vec<semantic::Issue>) -> Failure {
    let issues = issues.into_iter().map(Issue::from).map(|issue| match file {
        Some(file) => issue.within(file),
        None => issue,
    });
    Failure::issues(issues.collect())
}

/// Reads a question file as a bare object, so that flags can override its keys.
pub(crate) fn from_file(file: &Path) -> Outcome<Map<String, Value>> {
    let name = file.display().to_string();
    let text = super::read_text(file, QUESTION_BYTES_MAX)?;
    match serde_saphyr::from_str::<Value>(&text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::issues(vec![
            Issue::new("wrong_type", name, "a question is an object with `metrics`")
                .hint("start with `metrics: [first_response_time]`"),
        ])),
        Err(error) => {
            let words = error.to_string();
            let first = words.lines().next().unwrap_or_default();
            Err(Failure::issues(vec![
                Issue::new("unreadable", name, format!("neither YAML nor JSON: {first}"))
                    .hint("`deskmeter ask --help` shows a question's parts"),
            ]))
        }
    }
}

fn override_with(args: &QuestionArgs, value: &mut Map<String, Value>) {
    if !args.metrics.is_empty() {
        value.insert("metrics".to_owned(), json!(with_variants(&args.metrics, &args.variant)));
    }
    let words = [
        ("every", &args.every),
        ("range", &args.range),
        ("zone", &args.zone),
        ("clock", &args.clock),
        ("attribution", &args.attribution),
        ("as_of", &args.as_of),
    ];
    for (key, word) in words {
        if let Some(word) = word {
            value.insert(key.to_owned(), json!(word));
        }
    }
    let lists = [("by", &args.by), ("where", &args.conditions), ("compare", &args.compare)];
    for (key, list) in lists {
        if !list.is_empty() {
            value.insert(key.to_owned(), json!(list));
        }
    }
    if !args.stat.is_empty() {
        value.remove("stat");
        value.remove("statistics");
        value.insert("statistic".to_owned(), json!(args.stat));
    }
    if args.from.is_some() || args.to.is_some() {
        let ends = [("from", &args.from), ("to", &args.to)];
        let ends = ends
            .into_iter()
            .filter_map(|(key, end)| end.as_ref().map(|end| (key.to_owned(), json!(end))));
        value.insert("range".to_owned(), Value::Object(ends.collect()));
    }
}

/// Each metric without a variant of its own, in every variant asked for.
fn with_variants(metrics: &[String], variants: &[String]) -> Vec<String> {
    let each = |metric: &String| -> Vec<String> {
        if variants.is_empty() || metric.contains(':') {
            vec![metric.clone()]
        } else {
            variants.iter().map(|variant| format!("{metric}:{variant}")).collect()
        }
    };
    metrics.iter().flat_map(each).collect()
}

/// The cell of an answer that `args` name, and the page of its rows.
///
/// # Errors
/// An `--is` that is not `DIMENSION=VALUE`.
pub(crate) fn cell(args: &CellArgs) -> Outcome<Drill> {
    let mut drill = Drill {
        metric: args.metric.clone(),
        time: args.at.clone(),
        offset: args.cursor,
        limit: args.limit,
        ..Drill::default()
    };
    let mut issues = Vec::new();
    for written in &args.is {
        match written.split_once('=') {
            Some((dimension, value)) => {
                drill.dimensions.insert(dimension.trim().to_owned(), value.trim().to_owned());
            }
            None => issues.push(
                Issue::new("bad_cell", "--is", format!("`{written}` is not DIMENSION=VALUE"))
                    .hint("for example --is channel=email"),
            ),
        }
    }
    if issues.is_empty() { Ok(drill) } else { Err(Failure::issues(issues)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn flags_make_the_question_of_the_file() {
        let flags = QuestionArgs {
            metrics: strings(&["first_response_time", "csat:neutral_excluded"]),
            by: strings(&["channel"]),
            every: Some("week".to_owned()),
            range: Some("last 12 weeks".to_owned()),
            conditions: strings(&["priority=high"]),
            stat: strings(&["median", "p90"]),
            ..QuestionArgs::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("question.yaml");
        std::fs::write(
            &file,
            "metrics: [first_response_time, {metric: csat, variant: neutral_excluded}]\n\
             by: [channel]\nevery: week\nrange: last 12 weeks\nwhere: [priority=high]\n\
             statistic: [median, p90]\n",
        )
        .unwrap();
        let from_file = QuestionArgs { question: Some(file), ..QuestionArgs::default() };
        assert_eq!(question(&flags).unwrap(), question(&from_file).unwrap());
    }

    #[test]
    fn a_flag_overrides_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("question.yaml");
        std::fs::write(&file, "metrics: [volume]\nevery: week\n").unwrap();
        let args = QuestionArgs {
            question: Some(file),
            every: Some("day".to_owned()),
            ..QuestionArgs::default()
        };
        assert_eq!(question(&args).unwrap().every.as_deref(), Some("day"));
    }

    #[test]
    fn variants_multiply_only_metrics_without_one() {
        let metrics = with_variants(&strings(&["fcr", "csat:mean"]), &strings(&["a", "b"]));
        assert_eq!(metrics, ["fcr:a", "fcr:b", "csat:mean"]);
    }

    #[test]
    fn every_issue_of_a_file_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("question.yaml");
        std::fs::write(&file, "metrics: [volume]\nevry: week\nbye: [channel]\n").unwrap();
        let args = QuestionArgs { question: Some(file), ..QuestionArgs::default() };
        let report = question(&args).unwrap_err().report();
        assert!(report.contains("question.yaml: evry"), "{report}");
        assert!(report.contains("question.yaml: bye"), "{report}");
    }

    #[test]
    fn a_cell_needs_dimension_and_value() {
        let args = CellArgs { is: strings(&["channel"]), ..CellArgs::default() };
        assert!(cell(&args).unwrap_err().report().contains("--is channel=email"));
    }
}
