//! Log lines on standard error.

use crate::config::Config;
use crate::exit::{Failure, Outcome};
use crate::issue::Issue;
use tracing_subscriber::EnvFilter;

/// Starts writing log lines as the configuration says.
///
/// # Errors
/// The filter cannot be read.
pub(crate) fn start(config: &Config) -> Outcome<()> {
    let filter = EnvFilter::builder().parse(&config.log_filter).map_err(|error| {
        Failure::issues(vec![
            Issue::new("config_wrong_value", "log.filter", error.to_string())
                .hint("filters look like `info` or `warn,store=debug`"),
        ])
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, which only tests can make, keeps the first.
    let _ = if config.log_json { lines.json().try_init() } else { lines.try_init() };
    Ok(())
}
