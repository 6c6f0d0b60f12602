//! Log lines on standard error, and traces for a collector where the configuration names one.

mod traces;

use crate::config::Config;
use crate::exit::{Failure, Outcome};
use crate::issue::Issue;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// What is still on its way to the collector goes when this is ended.
#[derive(Debug, Default)]
pub(crate) struct Log {
    traces: Option<SdkTracerProvider>,
}

impl Log {
    /// Sends what is left; blocks for some seconds where the collector does not answer.
    pub(crate) fn end(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Starts writing log lines and sending traces as the configuration says.
///
/// # Errors
/// The filter or the collector's address cannot be read.
pub(crate) fn start(config: &Config, runtime: &Handle) -> Outcome<Log> {
    let filter = EnvFilter::builder().parse(&config.log_filter).map_err(|error| {
        Failure::issues(vec![
            Issue::new("config_wrong_value", "log.filter", error.to_string())
                .hint("filters look like `info` or `warn,store=debug`"),
        ])
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_json {
        true => lines.json().with_filter(filter).boxed(),
        false => lines.with_filter(filter).boxed(),
    };
    let traces = config.trace_endpoint.as_deref().map(|to| traces::provider(to, runtime));
    let traces = traces.transpose()?;
    let spans = traces.as_ref().map(traces::layer);
    // A second start, which only tests can make, keeps the first.
    let _ = tracing_subscriber::registry().with(lines).with(spans).try_init();
    Ok(Log { traces })
}
