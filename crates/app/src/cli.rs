//! The command line: what can be asked of the program, and the help that teaches it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

mod hooks;
mod operate;
mod privacy;
mod question;
mod settle;
mod work;

pub(crate) use hooks::{HookTestArgs, HooksCommand};
pub(crate) use operate::{BackupArgs, DoctorArgs, RestoreArgs};
pub(crate) use privacy::{EraseArgs, RetentionCommand};
pub(crate) use question::{CellArgs, QuestionArgs};
pub(crate) use settle::{
    AnnotationArgs, AnnotationListArgs, AnnotationsCommand, PoliciesCommand, SettingArgs,
    SettingsCommand,
};
pub(crate) use work::{JobsCommand, RunsArgs};

/// Numbers about customer support that one can prove.
///
/// Deskmeter reads a support history, folds every ticket's events into facts, and answers questions
/// about named metrics. Every number opens to its definition, to the tickets behind it, and to the
/// segments of time that add up to it.
#[derive(Debug, Parser)]
#[command(
    name = "deskmeter",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Examples:\n  \
        deskmeter demo\n  \
        deskmeter import tickets.csv --mapping mapping.yaml\n  \
        deskmeter ask first_response_time --by channel --every week --range \"last 12 weeks\"\n  \
        deskmeter explain ticket acme/4711\n\n\
        Exit codes: 0 done, 1 internal error, 2 usage, 3 invalid input or question, \
        4 done with rows in quarantine,\n5 not found, 6 busy, 7 limit reached, 8 damaged data, 130 interrupted."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Folder with everything Deskmeter keeps [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL database for the state, postgres://… [default: state.db in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) state: Option<String>,
    /// Configuration file [default: deskmeter.toml in the data folder, then in this one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Generate a support desk, import it, show three answers, and serve the API
    #[command(after_help = "Examples:\n  \
        deskmeter demo\n  \
        deskmeter demo --tickets 200000 --no-serve\n\n\
        A second run finds the desk already imported and goes straight to the answers.")]
    Demo(DemoArgs),
    /// Write the events of a seeded, realistic support desk as JSON lines
    #[command(after_help = "Examples:\n  \
        deskmeter generate --tickets 1000 > events.jsonl\n  \
        deskmeter generate --tickets 1000000 --output events.jsonl --policies-out policies.yaml\n\n\
        The same seed gives the same desk, byte for byte.")]
    Generate(GenerateArgs),
    /// Import support history from files
    #[command(after_help = "Examples:\n  \
        deskmeter import events.jsonl\n  \
        deskmeter import tickets.csv --mapping mapping.yaml --dry-run\n  \
        deskmeter import log.xlsx --mapping mapping.yaml --source acme\n\n\
        Without a mapping a file holds CloudEvents: JSON lines or a JSON array.\n\
        Importing a file twice changes nothing: events are recognised by source and id.\n\
        Rows that cannot be understood go to quarantine (`deskmeter quarantine list`); the exit \
        code is then 4.")]
    Import(ImportArgs),
    /// Draft a mapping from a file's header and first rows, or try one on a payload
    #[command(after_help = "Examples:\n  \
        deskmeter mapping tickets.csv --output mapping.yaml\n  \
        deskmeter import tickets.csv --mapping mapping.yaml --dry-run\n  \
        deskmeter mapping test --mapping webhook.yaml --body body.json\n\n\
        The draft says in comments what nothing in the file decides; docs/reference/mapping.md \
        lists every key.")]
    Mapping(MappingArgs),
    /// Try out webhooks
    #[command(subcommand)]
    Hooks(HooksCommand),
    /// Look at rows that could not be understood, and try them again
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Ask a question about metrics
    #[command(after_help = "Examples:\n  \
        deskmeter ask volume --every month\n  \
        deskmeter ask first_response_time csat:neutral_excluded --by channel --every week \\\n      \
            --range \"last 12 weeks\" --zone Europe/Berlin --where priority=high --clock business\n  \
        deskmeter ask full_resolution_time --stat median --stat p90 --format csv --output out.csv\n  \
        deskmeter ask --question question.yaml\n  \
        deskmeter ask reopen_rate --as-of 2026-11-16T09:00Z --restatements\n\n\
        On a terminal the answer is a table; otherwise JSON, in which durations are seconds, \
        shares are\nfractions 0..1 and an absent value is null.\n\
        `deskmeter explain metric` lists every metric.")]
    Ask(AskArgs),
    /// Show how a number comes about: a metric, a ticket, or the tickets of one cell
    #[command(
        subcommand,
        after_help = "Examples:\n  \
        deskmeter explain metric\n  \
        deskmeter explain metric first_response_time\n  \
        deskmeter explain ticket acme/4711\n  \
        deskmeter explain sql csat --by channel\n  \
        deskmeter explain cell first_response_time --by channel --every week \\\n      \
            --at 2026-11-09 --is channel=email"
    )]
    Explain(ExplainCommand),
    /// Count what is odd about the data, and what each source brought
    Quality(OutputArgs),
    /// Show, check or change calendars, SLA policies and the like
    #[command(
        subcommand,
        after_help = "Examples:\n  \
        deskmeter policies show > policies.json\n  \
        deskmeter policies check policies.yaml\n  \
        deskmeter policies set policies.yaml"
    )]
    Policies(PoliciesCommand),
    /// Show or change the zone, the first day of the week, and targets
    #[command(
        subcommand,
        after_help = "Examples:\n  \
        deskmeter settings set zone Europe/Berlin\n  \
        deskmeter settings set targets.first_response_time 3600\n  \
        deskmeter settings set targets.csat -"
    )]
    Settings(SettingsCommand),
    /// Note releases, campaigns, incidents and holidays, to be seen beside the numbers
    #[command(
        subcommand,
        after_help = "Examples:\n  \
        deskmeter annotations add \"Version 2\" --at 2026-03-02 --kind release\n  \
        deskmeter annotations list --from 2026-03-01\n  \
        deskmeter annotations remove 3"
    )]
    Annotations(AnnotationsCommand),
    /// Take a person out of everything that is kept, while every number stays as it is
    #[command(after_help = "Examples:\n  \
        deskmeter erase --ids-file ids.txt --dry-run\n  \
        deskmeter erase --ids-file ids.txt\n  \
        deskmeter erase --ids-file ids.txt --verify\n  \
        deskmeter erase --log\n\n\
        Backups are not changed: the dry run says which hold the person.\n\
        --verify ends with exit code 8 where something was found. docs/guides/privacy.md says \
        what goes and what stays.")]
    Erase(EraseArgs),
    /// Show or change how long words, custom fields and raw texts are kept
    #[command(
        subcommand,
        after_help = "Examples:\n  \
        deskmeter retention set retention.yaml\n  \
        deskmeter retention run --dry-run\n\n\
        What is counted always stays: lengths, languages, scores."
    )]
    Retention(RetentionCommand),
    /// Serve the HTTP API on a loopback address
    #[command(after_help = "Examples:\n  \
        deskmeter serve\n  \
        deskmeter serve --listen 127.0.0.1:9000\n\n\
        Other than loopback addresses are refused until there is authentication.\n\
        Stop with Ctrl-C; requests under way are finished first.")]
    Serve(ServeArgs),
    /// Do what runs on its own, without a server
    #[command(after_help = "Example:\n  deskmeter work\n\n\
        A server does the jobs itself unless it runs with --no-work. Of several processes one \
        works; another takes over within seconds when it dies.")]
    Work,
    /// Look at what runs on its own, run it by hand, pause and resume it
    #[command(
        subcommand,
        after_help = "Examples:\n  \
        deskmeter jobs list\n  \
        deskmeter jobs runs seal\n  \
        deskmeter jobs run compact\n  \
        deskmeter jobs pause retention"
    )]
    Jobs(JobsCommand),
    /// Check configuration, policies, metrics and mappings, and report every issue
    #[command(after_help = "Examples:\n  \
        deskmeter check\n  \
        deskmeter check --policies policies.yaml --mapping a.yaml --mapping b.yaml\n  \
        deskmeter check --question question.yaml")]
    Check(CheckArgs),
    /// Fold every ticket again, for example after a change of policy
    #[command(after_help = "Examples:\n  \
        deskmeter rebuild\n  \
        deskmeter rebuild --policies policies.yaml\n\n\
        Answers change in one step when the rebuild is complete; a rebuild that is stopped \
        changes nothing.")]
    Rebuild(RebuildArgs),
    /// Write a fact table, or the answer to a question, to a file
    #[command(after_help = "Examples:\n  \
        deskmeter export tickets --output tickets.parquet\n  \
        deskmeter export spans --format csv --output spans.csv\n  \
        deskmeter export --question question.yaml --output answer.parquet\n\n\
        The format follows the file's name where --format is absent.")]
    Export(ExportArgs),
    /// Write everything Deskmeter keeps to one archive
    #[command(after_help = "Examples:\n  \
        deskmeter backup desk.tar.zst\n  \
        deskmeter backup --verify desk.tar.zst\n  \
        deskmeter backup --list\n\n\
        While a server has the folder open, it makes the archive, and goes on accepting.")]
    Backup(BackupArgs),
    /// Bring a data folder back from an archive
    #[command(after_help = "Example:\n  deskmeter restore desk.tar.zst --data data\n\n\
        The data folder must not exist or be empty.")]
    Restore(RestoreArgs),
    /// Look at everything that is kept, say what is wrong, and repair what can be
    #[command(after_help = "Examples:\n  \
        deskmeter doctor\n  \
        deskmeter doctor --repair\n  \
        deskmeter doctor --repair --from desk.tar.zst\n\n\
        The exit code is 0 where nothing needs attention, else 8. While a server has the folder \
        open, it\nlooks; repairs need the folder alone.")]
    Doctor(DoctorArgs),
    /// Write a completion script for a shell
    #[command(after_help = "Example:\n  \
        deskmeter completions bash > ~/.local/share/bash-completion/completions/deskmeter")]
    Completions(CompletionsArgs),
}

/// `demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// How many tickets the desk gets
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    pub(crate) tickets: u64,
    /// Seed of the desk
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Stop after the answers
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Where the API listens [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<String>,
}

/// `generate`.
#[derive(Args, Debug)]
pub(crate) struct GenerateArgs {
    /// How many tickets
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    pub(crate) tickets: u64,
    /// Seed of the desk
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Where to write the events [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Where to write the desk's calendars and SLA policies
    #[arg(long, value_name = "FILE")]
    pub(crate) policies_out: Option<PathBuf>,
}

/// `import`.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// Files to import; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How the columns of the files become events; absent for CloudEvents
    #[arg(long, short, value_name = "FILE.yaml")]
    pub(crate) mapping: Option<PathBuf>,
    /// Calendars and SLA policies, for a data folder that does not exist yet
    #[arg(long, value_name = "FILE.yaml")]
    pub(crate) policies: Option<PathBuf>,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Name of the connection, where neither file nor mapping says
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// How to print the report [default: table on a terminal, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<ReportFormat>,
}

/// `mapping`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct MappingArgs {
    #[command(subcommand)]
    pub(crate) command: Option<MappingCommand>,
    /// The file to draft a mapping for
    #[arg(value_name = "FILE", required = true)]
    pub(crate) file: Option<PathBuf>,
    /// Where to write the draft [default: standard output]; an existing file is not replaced
    #[arg(long, short, value_name = "FILE.yaml")]
    pub(crate) output: Option<PathBuf>,
}

/// `mapping …`.
#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// Show what a payload, such as the body of a webhook, comes to, and why
    #[command(after_help = "Examples:\n  \
        deskmeter mapping test --mapping webhook.yaml --body body.json\n  \
        deskmeter mapping test --mapping webhook.yaml --body - --headers headers.txt < body.json\n\n\
        Nothing is changed. Each event is shown with the rule that made it, then what could not be \
        understood,\nthen the paths of the payload that nothing reads. The exit code is 4 where \
        something could not be understood.")]
    Test(MappingTestArgs),
}

/// `mapping test`.
#[derive(Args, Debug)]
pub(crate) struct MappingTestArgs {
    /// The mapping
    #[arg(long, short, value_name = "FILE.yaml")]
    pub(crate) mapping: PathBuf,
    /// The payload, as JSON; `-` reads standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) body: PathBuf,
    /// The headers that come with it, as lines of `Name: value`
    #[arg(long, value_name = "FILE")]
    pub(crate) headers: Option<PathBuf>,
    /// A lookup table of the mapping; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Vec<PathBuf>,
    /// How to print what comes of it [default: table on a terminal, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<ReportFormat>,
}

/// `quarantine …`.
#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// Show what is in quarantine
    List(QuarantineListArgs),
    /// Try quarantined rows again, for example with a mended mapping
    Replay(QuarantineReplayArgs),
}

/// `quarantine list`.
#[derive(Args, Debug)]
pub(crate) struct QuarantineListArgs {
    /// Only rows with this reason
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: Option<String>,
    /// Counts by reason only
    #[arg(long)]
    pub(crate) counts: bool,
    /// How many rows to show
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `quarantine replay`.
#[derive(Args, Debug)]
pub(crate) struct QuarantineReplayArgs {
    /// Only rows with this reason
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: Option<String>,
    /// The mended mapping
    #[arg(long, short, value_name = "FILE.yaml")]
    pub(crate) mapping: Option<PathBuf>,
    /// Files or folders that the mapping looks things up in
    #[arg(long, value_name = "FILE")]
    pub(crate) lookups: Vec<PathBuf>,
}

/// `ask`.
#[derive(Args, Debug)]
pub(crate) struct AskArgs {
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
    /// With --as-of: show what has changed since, and why
    #[arg(long, requires = "as_of", help_heading = "The past")]
    pub(crate) restatements: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `explain …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ExplainCommand {
    /// A metric's words, formula, variants, and how other products differ; without a name, all
    Metric {
        /// Name of the metric
        name: Option<String>,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// A ticket's timeline and the clock segments that add up to its numbers
    Ticket {
        /// Source and ticket
        #[arg(value_name = "SOURCE/ID")]
        ticket: String,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// A question as SQL over the fact tables
    Sql {
        #[command(flatten)]
        question: QuestionArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// The tickets that one cell of an answer counts
    Cell {
        #[command(flatten)]
        question: QuestionArgs,
        #[command(flatten)]
        cell: CellArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// `serve`.
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Where the API listens [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<String>,
    /// Leave the jobs to `deskmeter work`
    #[arg(long)]
    pub(crate) no_work: bool,
}

/// `check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Also check this policies file
    #[arg(long, value_name = "FILE.yaml")]
    pub(crate) policies: Vec<PathBuf>,
    /// Also check this mapping file
    #[arg(long, short, value_name = "FILE.yaml")]
    pub(crate) mapping: Vec<PathBuf>,
    /// Also check this question file
    #[arg(long, value_name = "FILE.yaml")]
    pub(crate) question: Vec<PathBuf>,
}

/// `rebuild`.
#[derive(Args, Debug)]
pub(crate) struct RebuildArgs {
    /// New calendars and SLA policies
    #[arg(long, value_name = "FILE.yaml")]
    pub(crate) policies: Option<PathBuf>,
}

/// `export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The fact table
    #[arg(value_enum, required_unless_present = "question", conflicts_with = "question")]
    pub(crate) table: Option<TableName>,
    /// A question file, instead of a table
    #[arg(long, value_name = "FILE.yaml")]
    pub(crate) question: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The fact tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableName {
    /// One row a ticket, with its timeline
    Tickets,
    /// One row a customer turn
    Turns,
    /// One row a status and owner interval
    Spans,
    /// One row an SLA clock
    Clocks,
    /// One row an agent's act on a ticket
    Touches,
    /// One row a survey
    Ratings,
}

/// `completions`.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Where an answer goes and how it looks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// How to print [default: from the file's name, table on a terminal, else json]
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Write to this file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// How an answer looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: durations like `2 h 30 min`, shares in %
    Table,
    /// For programs: the API's own answer
    Json,
    /// For spreadsheets: seconds and fractions
    Csv,
    /// For analysis: typed columns
    Parquet,
}

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Table,
    /// For programs
    Json,
}
