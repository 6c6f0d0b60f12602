//! Progress bars and notes on standard error, for people only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};

/// Where a command tells a person how it gets on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    quiet: bool,
}

impl Voice {
    /// A voice that is silent where the user asked for silence.
    pub(crate) const fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Says one line on standard error, unless quiet.
    pub(crate) fn say(self, line: &str) {
        if !self.quiet {
            // A closed standard error must not stop the work.
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }

    /// A bar towards `total` of `unit`; invisible where nobody looks.
    pub(crate) fn bar(self, what: &str, total: u64, unit: Unit) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(total), self.target());
        let template = match unit {
            Unit::Bytes => {
                "{msg:<20} {wide_bar} {bytes:>10}/{total_bytes:<10} {bytes_per_sec:>12} {eta:>5}"
            }
            Unit::Things => "{msg:<20} {wide_bar} {human_pos:>12}/{human_len:<12} {eta:>5}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar
    }

    fn target(self) -> ProgressDrawTarget {
        if self.quiet || !std::io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        }
    }
}

/// What a bar counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Tickets, segments, events.
    Things,
}
