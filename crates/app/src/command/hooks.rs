//! `hooks`: the files of webhooks, and a delivery tried without keeping it.

use super::Context;
use crate::cli::{HookTestArgs, HooksCommand};
use crate::config::{self, Config};
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use connect::hooks::{Hook, HookRequest};
use event::cloudevents;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

/// Largest body that is tried, in bytes.
const BODY_BYTES_MAX: u64 = 32 << 20;

/// Runs `hooks …`.
///
/// # Errors
/// There is no such hook, its files have issues, or the delivery would not be believed.
pub(crate) fn run(context: &Context, command: &HooksCommand) -> Outcome {
    match command {
        HooksCommand::Test(args) => test(context, args),
    }
}

/// The webhooks that are set up; none without a folder.
///
/// # Errors
/// Every issue of every file.
pub(crate) fn all(config: &Config) -> Outcome<Vec<Arc<Hook>>> {
    let Some(folder) = &config.hooks else { return Ok(Vec::new()) };
    let hooks = connect::hooks::folder(folder, &config::variable)
        .map_err(|issues| super::check::mapping_issues(&folder.display().to_string(), issues))?;
    Ok(hooks.into_iter().map(Arc::new).collect())
}

fn test(context: &Context, args: &HookTestArgs) -> Outcome {
    let hooks = all(&context.config)?;
    let hook = hooks.iter().find(|hook| hook.source() == args.source).ok_or_else(|| {
        let message = format!("there is no webhook of the source `{}`", args.source);
        let known: Vec<&str> = hooks.iter().map(|hook| hook.source()).collect();
        Failure::words(Exit::NotFound, message).hint(if known.is_empty() {
            "`hooks` in the configuration names the folder of their files".to_owned()
        } else {
            format!("there are: {}", known.join(", "))
        })
    })?;
    let at = match &args.at {
        None => context.clock.now(),
        Some(text) => text.parse().map_err(|_| wrong("--at", text, "2026-03-02T09:00:00Z"))?,
    };
    let body = read(&args.body)?;
    let mut headers = Vec::new();
    for given in &args.header {
        let pair =
            given.split_once('=').ok_or_else(|| wrong("--header", given, "X-Kind=ticket"))?;
        headers.push((pair.0.to_lowercase(), pair.1.to_owned()));
    }
    let request = HookRequest { method: "POST", headers: &headers, query: &[], body: &body, at };
    if headers.is_empty() {
        for (name, value) in hook.signed_headers(&request) {
            context.voice.say(&format!("signed: {name}: {value}"));
        }
    } else if let Err(refusal) = hook.verify(&request) {
        return Err(Failure::issues(vec![Issue::new(
            refusal.code(),
            format!("webhook {}", args.source),
            refusal.to_string(),
        )]));
    } else {
        context.voice.say("believed: it proves where it comes from");
    }
    show(context, hook, &request)
}

/// Prints the events a delivery makes, one a line, and what of it was not understood.
fn show(context: &Context, hook: &Hook, request: &HookRequest<'_>) -> Outcome {
    let kept = hook.delivery(request);
    context.voice.say(&format!("delivery: {}", kept.key));
    for (name, value) in &kept.headers {
        context.voice.say(&format!("kept header: {name}: {value}"));
    }
    let mapped = hook.map(request.body, &kept.headers, request.at);
    let mut out = Vec::new();
    for event in &mapped.events {
        cloudevents::write(event, &mut out);
        out.push(b'\n');
    }
    std::io::stdout().lock().write_all(&out)?;
    for bad in &mapped.quarantined {
        let issue = Issue::new(&bad.code, "", &bad.message);
        let issue = match &bad.hint {
            Some(hint) => issue.hint(hint),
            None => issue,
        };
        context.voice.say(&format!("not understood: {issue}"));
    }
    context.voice.say(&format!(
        "{} events, {} not understood",
        mapped.events.len(),
        mapped.quarantined.len()
    ));
    Ok(if mapped.quarantined.is_empty() { Exit::Done } else { Exit::Quarantined })
}

fn wrong(flag: &str, written: &str, example: &str) -> Failure {
    let message = format!("`{written}` cannot be read");
    Failure::issues(vec![
        Issue::new("wrong_value", flag, message).hint(format!("for example {example}")),
    ])
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    let tried =
        |error: std::io::Error| Failure::from(error).context(format!("reading {}", file.display()));
    let mut body = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(BODY_BYTES_MAX + 1).read_to_end(&mut body).map_err(tried)?;
    } else {
        let opened = std::fs::File::open(file).map_err(tried)?;
        opened.take(BODY_BYTES_MAX + 1).read_to_end(&mut body).map_err(tried)?;
    }
    if body.len() as u64 > BODY_BYTES_MAX {
        let message = format!("a body may have {BODY_BYTES_MAX} bytes");
        return Err(Failure::words(Exit::Limited, message));
    }
    Ok(body)
}
