//! Traces: spans of requests, questions, batches and jobs, sent to an OpenTelemetry collector as
//! protobuf over HTTP.

use crate::exit::{Exit, Failure, Outcome};
use crate::issue::Issue;
use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

/// Time that the collector may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Rooms of which spans are sent; what libraries do is not ours to tell.
const ROOMS: [&str; 5] = ["deskmeter", "serve", "jobs", "engine", "store"];

/// Sends on the runtime: spans are gathered by a thread that has none.
#[derive(Debug)]
struct OnRuntime {
    runtime: Handle,
    client: Arc<HyperClient>,
}

#[async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = Arc::clone(&self.client);
        self.runtime.spawn(async move { client.send_bytes(request).await }).await?
    }
}

/// What gathers spans and sends them to a collector at `http://host:port`.
///
/// # Errors
/// It is no such address.
pub(super) fn provider(endpoint: &str, runtime: &Handle) -> Outcome<SdkTracerProvider> {
    if !endpoint.starts_with("http://") {
        let issue = Issue::new("config_wrong_value", "trace.endpoint", "it begins with no http://");
        return Err(Failure::issues(vec![issue.hint(
            "a collector on this machine or network speaks plain HTTP: http://127.0.0.1:4318",
        )]));
    }
    let client = HyperClient::with_default_connector(PATIENCE, None);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(OnRuntime { runtime: runtime.clone(), client: Arc::new(client) })
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .with_timeout(PATIENCE)
        .build()
        .map_err(|error| Failure::new(Exit::Invalid, error).context("setting up traces"))?;
    let resource = Resource::builder()
        .with_service_name("deskmeter")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// Hands our own spans to the provider.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let ours = Targets::new().with_targets(ROOMS.map(|room| (room, Level::INFO)));
    tracing_opentelemetry::layer().with_tracer(provider.tracer("deskmeter")).with_filter(ours)
}
