//! Policies files: YAML as `facts` knows it, holidays out of iCalendar files beside it, and the
//! commands that show them and put them in force.

use super::{Context, desk};
use crate::cli::PoliciesCommand;
use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use crate::output;
use crate::progress::Voice;
use event::calendar::{CalendarSpec, Holiday, Hours, VersionSpec};
use event::limits::ICS_BYTES_MAX;
use event::{Text, ics};
use facts::Policies;
use facts::policies::{Effort, RoleTerm, Sessions, SlaPolicy};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Largest policies file read, in bytes.
const POLICIES_BYTES_MAX: u64 = 4 << 20;

/// A policies file. The same keys as [`Policies`], except that a calendar may name files.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PoliciesFile {
    calendars: Vec<CalendarFile>,
    default_calendar: Option<String>,
    sla: Vec<SlaPolicy>,
    sessions: Sessions,
    effort: Effort,
    roles: BTreeMap<Text, Vec<RoleTerm>>,
    topic_field: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    name: String,
    zone: String,
    versions: Vec<VersionFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionFile {
    #[serde(default)]
    from: Option<Date>,
    #[serde(default)]
    to: Option<Date>,
    hours: Hours,
    #[serde(default)]
    holidays: Vec<Holiday>,
    /// iCalendar files with more holidays; relative to the folder of the policies file.
    #[serde(default)]
    holidays_ics: Vec<PathBuf>,
}

/// Runs `policies show`, `policies check` or `policies set`.
///
/// # Errors
/// There is no desk, the policies have issues, or the rebuild fails; then nothing changes.
pub(crate) async fn run(context: &Context, command: &PoliciesCommand) -> Outcome {
    match command {
        PoliciesCommand::Show => {
            let engine = desk::existing(context).await?;
            let policies = engine.store().policies();
            writeln!(std::io::stdout(), "{}", output::json(&*policies)?)?;
        }
        PoliciesCommand::Check(args) => {
            read(context.voice, &args.file)?;
            context.voice.say(&format!("{}: no issues", args.file.display()));
        }
        PoliciesCommand::Set(args) => {
            let policies = read(context.voice, &args.file)?;
            let engine = desk::existing(context).await?;
            if engine.store().policies().digest() == policies.digest() {
                context.voice.say("these policies are in force already");
            } else {
                desk::rebuild(context, &engine, policies).await?;
            }
        }
    }
    Ok(Exit::Done)
}

/// Reads and checks a policies file and the iCalendar files it names. What of those is no holiday
/// is said as warnings.
///
/// # Errors
/// It cannot be read, or every issue in it.
pub(crate) fn read(voice: Voice, file: &Path) -> Outcome<Policies> {
    let text = super::read_text(file, POLICIES_BYTES_MAX)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let (policies, warnings) = parse(&file.display().to_string(), &text, folder)?;
    for warning in warnings {
        voice.say(&format!("warning: {warning}"));
    }
    Ok(policies)
}

/// Reads and checks policies with the warnings about them. `name` is where they come from,
/// `folder` where relative paths in them start.
///
/// # Errors
/// Every issue in them.
pub(crate) fn parse(name: &str, text: &str, folder: &Path) -> Outcome<(Policies, Vec<String>)> {
    let file: PoliciesFile = serde_saphyr::from_str(text).map_err(|error| {
        let words = error.to_string();
        let place = match error.location() {
            Some(location) => format!("{name}:{}", location.line()),
            None => name.to_owned(),
        };
        let first = words.lines().next().unwrap_or_default().to_owned();
        Failure::issues(vec![
            Issue::new("bad_policies", place, first)
                .hint("docs/guides/policies.md shows every part of a policies file"),
        ])
    })?;
    let mut reader = Reader { folder, issues: Vec::new(), warnings: Vec::new() };
    let policies = reader.policies(file);
    let Reader { mut issues, warnings, .. } = reader;
    issues.extend(policies.check().into_iter().map(Issue::from));
    if issues.is_empty() {
        return Ok((policies, warnings));
    }
    Err(Failure::issues(issues.into_iter().map(|issue| issue.within(name)).collect()))
}

/// Turns a file into policies, reading the iCalendar files on the way.
struct Reader<'a> {
    folder: &'a Path,
    issues: Vec<Issue>,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn policies(&mut self, file: PoliciesFile) -> Policies {
        let calendars = file
            .calendars
            .into_iter()
            .enumerate()
            .map(|(at, calendar)| self.calendar(&format!("calendars[{at}]"), calendar))
            .collect();
        Policies {
            calendars,
            default_calendar: file.default_calendar,
            sla: file.sla,
            sessions: file.sessions,
            effort: file.effort,
            roles: file.roles,
            topic_field: file.topic_field,
        }
    }

    fn calendar(&mut self, place: &str, calendar: CalendarFile) -> CalendarSpec {
        let CalendarFile { name, zone, versions } = calendar;
        let versions = versions
            .into_iter()
            .enumerate()
            .map(|(at, version)| self.version(&format!("{place}.versions[{at}]"), version))
            .collect();
        CalendarSpec { name, zone, versions }
    }

    /// Holidays stated in the policies win over those of files, and earlier files over later ones.
    fn version(&mut self, place: &str, version: VersionFile) -> VersionSpec {
        let VersionFile { from, to, hours, mut holidays, holidays_ics } = version;
        let mut known: BTreeSet<Date> = holidays.iter().map(|holiday| holiday.date).collect();
        for (at, file) in holidays_ics.iter().enumerate() {
            let found = self.holidays(&format!("{place}.holidays_ics[{at}]"), file);
            holidays.extend(found.into_iter().filter(|holiday| known.insert(holiday.date)));
        }
        VersionSpec { from, to, hours, holidays }
    }

    fn holidays(&mut self, place: &str, file: &Path) -> Vec<Holiday> {
        let path = self.folder.join(file);
        match ics_text(&path).and_then(|text| ics::holidays(&text).map_err(|e| e.to_string())) {
            Ok(read) => {
                self.warnings.extend(read.skipped.iter().map(|skipped| {
                    let (number, summary) = (skipped.number, &skipped.summary);
                    let reason = &skipped.reason;
                    format!("{}: entry {number} `{summary}` left out: {reason}", path.display())
                }));
                if read.holidays.is_empty() {
                    self.warnings.push(format!("{}: holds no holidays", path.display()));
                }
                read.holidays
            }
            Err(reason) => {
                let message = format!("holidays in {} cannot be read: {reason}", path.display());
                self.issues.push(Issue::new("bad_holidays", place, message).hint(
                    "name an iCalendar file (.ics); a relative path starts at the folder of the \
                     policies file",
                ));
                Vec::new()
            }
        }
    }
}

/// The text of an iCalendar file, or why there is none.
fn ics_text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > ICS_BYTES_MAX as u64 {
        return Err(format!("it has {size} bytes; at most {ICS_BYTES_MAX}"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ICS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas Day\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20261224\r\nSUMMARY:Christmas Eve\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20261101T100000Z\r\nSUMMARY:Standup\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";

    const YAML: &str = "
calendars:
  - name: berlin
    zone: Europe/Berlin
    versions:
      - hours: {mon-fri: [\"09:00-17:00\"]}
        holidays: [{date: 2026-12-24, hours: [\"09:00-12:00\"]}]
        holidays_ics: [de.ics]
";

    fn folder(ics: Option<&str>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        if let Some(ics) = ics {
            std::fs::write(folder.path().join("de.ics"), ics).unwrap();
        }
        folder
    }

    #[test]
    fn holidays_of_a_file_join_those_stated_which_win() {
        let folder = folder(Some(ICS));
        let (policies, warnings) = parse("p.yaml", YAML, folder.path()).unwrap();
        let holidays = &policies.calendars[0].versions[0].holidays;
        let seen: Vec<_> = holidays
            .iter()
            .map(|holiday| (holiday.date.to_string(), holiday.hours.len()))
            .collect();
        assert_eq!(seen, [("2026-12-24".to_owned(), 1), ("2026-12-25".to_owned(), 0)]);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("entry 3 `Standup`"), "{warnings:?}");
    }

    #[test]
    fn a_missing_or_broken_file_is_an_issue_with_its_place() {
        for ics in [None, Some("Christmas\n")] {
            let folder = folder(ics);
            let report = parse("p.yaml", YAML, folder.path()).unwrap_err().report();
            for expected in
                ["p.yaml: calendars[0].versions[0].holidays_ics[0]", "de.ics", "hint: name an iCal"]
            {
                assert!(report.contains(expected), "{expected:?} missing in\n{report}");
            }
        }
    }

    #[test]
    fn without_files_the_policies_are_those_of_facts() {
        let yaml = YAML.replace("        holidays_ics: [de.ics]\n", "");
        let (policies, _) = parse("p.yaml", &yaml, Path::new("")).unwrap();
        let plain: Policies = serde_saphyr::from_str(&yaml).unwrap();
        assert_eq!(policies.digest(), plain.digest());
        let report = parse("p.yaml", "calendrs: []\n", Path::new("")).unwrap_err().report();
        assert!(report.contains("p.yaml:1") && report.contains("calendrs"), "{report}");
    }
}
