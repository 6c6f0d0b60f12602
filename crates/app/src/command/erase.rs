//! `erase`: takes a person out of everything that is kept, and proves it.

use super::{Context, desk, read_text};
use crate::cli::{EraseArgs, ReportFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::Unit;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use store::{Erasure, ErasurePlan, ErasureRequest, Proof, Store, Touched};

/// Bytes of a file of ids.
const IDS_BYTES_MAX: u64 = 1024 * 1024;

/// Runs `erase`.
///
/// # Errors
/// Nobody is named, there is no desk, or something was found that should be gone.
pub(crate) async fn run(context: &Context, args: &EraseArgs) -> Outcome {
    let request = request(args)?;
    let engine = desk::existing(context).await?;
    let store = engine.store();
    if args.log {
        let erasures = store.erasures().await?;
        let human = erasures.iter().map(line).collect::<String>();
        print(args.format, &serde_json::json!({ "erasures": erasures }), &human)?;
        return Ok(Exit::Done);
    }
    if args.verify {
        return verify(store, args, request).await;
    }
    if args.dry_run {
        let plan = store.erasure_plan(request).await?;
        print(args.format, &plan, &planned(&plan))?;
        return Ok(Exit::Done);
    }
    let bar = context.voice.bar("writing segments", 0, Unit::Things);
    let shown = bar.clone();
    let progress = Arc::new(move |done: u64, total: u64| {
        shown.set_length(total);
        shown.set_position(done);
    });
    let done = store.erase(request, progress).await;
    bar.finish_and_clear();
    let done = done?;
    print(args.format, &done, &line(&done))?;
    Ok(Exit::Done)
}

fn request(args: &EraseArgs) -> Outcome<ErasureRequest> {
    let mut ids = args.ids.clone();
    if let Some(file) = &args.ids_file {
        let text = if file == Path::new("-") {
            let mut text = String::new();
            std::io::stdin().lock().take(IDS_BYTES_MAX).read_to_string(&mut text)?;
            text
        } else {
            read_text(file, IDS_BYTES_MAX)?
        };
        ids.extend(text.lines().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned));
    }
    let EraseArgs { accounts, sources, keep_fields, .. } = args;
    let (accounts, sources) = (accounts.clone(), sources.clone());
    Ok(ErasureRequest { ids, accounts, sources, keep_fields: keep_fields.clone() })
}

async fn verify(store: &Store, args: &EraseArgs, request: ErasureRequest) -> Outcome {
    let texts: Vec<String> = request.ids.into_iter().chain(request.accounts).collect();
    let proof = store.prove_gone(texts).await?;
    print(args.format, &proof, &proved(&proof))?;
    Ok(if proof.found.is_empty() { Exit::Done } else { Exit::Damaged })
}

fn print(format: Option<ReportFormat>, value: &impl Serialize, human: &str) -> Outcome<()> {
    let mut stdout = std::io::stdout().lock();
    let is_terminal = stdout.is_terminal();
    let default = if is_terminal { ReportFormat::Table } else { ReportFormat::Json };
    match format.unwrap_or(default) {
        ReportFormat::Table => stdout.write_all(human.as_bytes())?,
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut stdout, value)
                .map_err(|error| Failure::from(std::io::Error::from(error)))?;
            stdout.write_all(b"\n")?;
        }
    }
    Ok(())
}

fn touched(touched: Touched) -> String {
    let Touched { tickets, entries, segments, batches, quarantined, imports, policies } = touched;
    format!(
        "{entries} entries of {tickets} tickets, {segments} segments, {batches} batches of the \
         inbox, {quarantined} quarantined rows, {imports} imports, {policies} sets of policies"
    )
}

fn line(erasure: &Erasure) -> String {
    let end = match erasure.finished_at {
        Some(at) => format!("finished {at}"),
        None => "not finished: old files are being read; the job `retention` ends it".to_owned(),
    };
    let Erasure { id, asked_at, ids, accounts, .. } = erasure;
    let what = touched(erasure.touched);
    format!("erasure {id} of {asked_at}: {ids} ids, {accounts} accounts; {what}; {end}\n")
}

fn planned(plan: &ErasurePlan) -> String {
    let mut text = format!("would touch {}\n", touched(plan.touched));
    // Writing to a string cannot fail.
    for field in &plan.keep_fields {
        let _ = writeln!(text, "the custom field `{field}` stays");
    }
    for place in &plan.mentions {
        let _ = writeln!(text, "{place} names them: change it by hand");
    }
    for backup in &plan.backups {
        let _ = writeln!(
            text,
            "the backup {} of {} holds them: throw it away by hand",
            backup.place, backup.made_at
        );
    }
    text.push_str("nothing was changed: this was a dry run\n");
    text
}

fn proved(proof: &Proof) -> String {
    let Proof { files, bytes, unpacked, values, found } = proof;
    let mut text = format!(
        "{files} files read ({bytes} bytes), {unpacked} packed parts and {values} values in them\n"
    );
    for trace in found {
        // The id itself is not repeated: what is printed may end up in a log.
        let _ = writeln!(text, "id {}: {}, {}", trace.text + 1, trace.place, trace.part);
    }
    text.push_str(if found.is_empty() { "found nothing\n" } else { "found what should be gone\n" });
    text
}
