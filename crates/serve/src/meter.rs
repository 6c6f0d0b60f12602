//! What Prometheus reads at `GET /metrics`: how this process and its store fare.

mod jobs;
mod process;

use crate::desk::Desk;
use crate::problem::Problem;
use crate::ui;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use store::Gauges;

/// Upper bounds of the buckets of durations, in seconds.
const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// The form of the answer.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const MICROS: f64 = 1_000_000.0;

type Labels<const N: usize> = [(&'static str, String); N];
type Seconds = Gauge<f64, AtomicU64>;

/// One metric, for the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name as Prometheus shows it.
    pub name: String,
    /// counter, gauge or histogram.
    pub kind: &'static str,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub words: &'static str,
}

/// Everything that is counted; clones share it.
#[derive(Clone)]
pub struct Meter(Arc<Metrics>);

struct Metrics {
    registry: Registry,
    rows: Vec<Row>,
    requests: Family<Labels<3>, Counter>,
    request_seconds: Family<Labels<1>, Histogram>,
    question_seconds: Family<Labels<1>, Histogram>,
    events: Family<Labels<1>, Counter>,
    quarantined: Family<Labels<1>, Gauge>,
    jobs: jobs::Jobs,
    store: StoreGauges,
    process: process::Process,
}

/// What [`Gauges`] says.
#[derive(Default)]
struct StoreGauges {
    generation: Gauge,
    tickets: Gauge,
    unapplied_events: Gauge,
    unapplied_batches: Gauge,
    unapplied_bytes: Gauge,
    lag_seconds: Seconds,
    overlay_tickets: Gauge,
    overlay_bytes: Gauge,
    unsealed_batches: Gauge,
    unsealed_seconds: Seconds,
    segments: Gauge,
    segment_bytes: Gauge,
}

/// Registers metrics, and remembers what the reference says of them.
struct Book {
    registry: Registry,
    rows: Vec<Row>,
}

impl Book {
    fn add(
        &mut self,
        (name, kind): (&str, &'static str),
        labels: &'static [&'static str],
        words: &'static str,
        metric: impl Metric,
    ) {
        self.registry.register(name, words, metric);
        let ending = if kind == "counter" { "_total" } else { "" };
        self.rows.push(Row { name: format!("{name}{ending}"), kind, labels, words });
    }
}

fn seconds() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Default for Meter {
    fn default() -> Self {
        let mut book = Book { registry: Registry::default(), rows: Vec::new() };
        let requests = Family::<Labels<3>, Counter>::default();
        let request_seconds = Family::<Labels<1>, Histogram>::new_with_constructor(seconds);
        let question_seconds = Family::<Labels<1>, Histogram>::new_with_constructor(seconds);
        let (events, quarantined) = (Family::default(), Family::default());
        let version = Family::<Labels<1>, Gauge>::default();
        version.get_or_create(&[("version", env!("CARGO_PKG_VERSION").to_owned())]).set(1);
        book.add(
            ("deskmeter_build", "gauge"),
            &["version"],
            "Always 1; which version runs",
            version,
        );
        book.add(
            ("deskmeter_http_requests", "counter"),
            &["method", "route", "status"],
            "Requests answered",
            requests.clone(),
        );
        book.add(
            ("deskmeter_http_request_seconds", "histogram"),
            &["route"],
            "How long requests took until their answer began",
            request_seconds.clone(),
        );
        book.add(
            ("deskmeter_question_seconds", "histogram"),
            &["outcome"],
            "How long questions took; outcome is answered or failed",
            question_seconds.clone(),
        );
        book.add(
            ("deskmeter_events", "counter"),
            &["outcome"],
            "Events that came over the API; outcome is accepted, new, duplicate or quarantined. \
             Of those accepted, new and duplicate are counted where the caller waits for it",
            Family::clone(&events),
        );
        book.add(
            ("deskmeter_quarantined", "gauge"),
            &["reason"],
            "Rows in quarantine",
            Family::clone(&quarantined),
        );
        let jobs = jobs::Jobs::register(&mut book);
        let store = StoreGauges::register(&mut book);
        let process = process::Process::register(&mut book);
        Self(Arc::new(Metrics {
            registry: book.registry,
            rows: book.rows,
            requests,
            request_seconds,
            question_seconds,
            events,
            quarantined,
            jobs,
            store,
            process,
        }))
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").finish_non_exhaustive()
    }
}

impl StoreGauges {
    fn register(book: &mut Book) -> Self {
        let own = Self::default();
        let mut add = |name, words, metric: &Gauge| {
            book.add((name, "gauge"), &[], words, metric.clone());
        };
        add("deskmeter_generation", "Number of the newest snapshot", &own.generation);
        add("deskmeter_tickets", "Tickets stored", &own.tickets);
        add(
            "deskmeter_unapplied_events",
            "Events that are on disk and not shown yet",
            &own.unapplied_events,
        );
        add("deskmeter_unapplied_batches", "Batches of them", &own.unapplied_batches);
        add("deskmeter_unapplied_bytes", "Memory they take, roughly", &own.unapplied_bytes);
        add(
            "deskmeter_overlay_tickets",
            "Tickets whose newest rows are in memory and not in a segment",
            &own.overlay_tickets,
        );
        add("deskmeter_overlay_bytes", "Memory those rows take", &own.overlay_bytes);
        add(
            "deskmeter_unsealed_batches",
            "Batches of the inbox that are not sealed whole",
            &own.unsealed_batches,
        );
        add("deskmeter_segments", "Segments", &own.segments);
        add("deskmeter_segment_bytes", "Bytes of their files", &own.segment_bytes);
        book.add(
            ("deskmeter_ingest_lag_seconds", "gauge"),
            &[],
            "How long the oldest event that is not shown yet has waited; 0 where none waits",
            own.lag_seconds.clone(),
        );
        book.add(
            ("deskmeter_seal_debt_seconds", "gauge"),
            &[],
            "How long ago the oldest batch that is not sealed whole was accepted",
            own.unsealed_seconds.clone(),
        );
        own
    }

    fn set(&self, gauges: &Gauges, tickets: u64) {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a wait, shown in seconds")]
        let seconds = |micros: i64| micros.max(0) as f64 / MICROS;
        self.generation.set(whole(gauges.generation));
        self.tickets.set(whole(tickets));
        self.unapplied_events.set(whole(gauges.unapplied_events));
        self.unapplied_batches.set(whole(gauges.unapplied_batches));
        self.unapplied_bytes.set(whole(gauges.unapplied_bytes));
        self.lag_seconds.set(seconds(gauges.unapplied_age_us));
        self.overlay_tickets.set(whole(gauges.overlay_tickets));
        self.overlay_bytes.set(whole(gauges.overlay_bytes));
        self.unsealed_batches.set(whole(gauges.unsealed_batches));
        self.unsealed_seconds.set(seconds(gauges.unsealed_age_us));
        self.segments.set(whole(gauges.segments));
        self.segment_bytes.set(whole(gauges.segments_bytes));
    }
}

/// What became of an event that came over the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// It is on disk.
    Accepted,
    /// It was not known.
    New,
    /// It was known already.
    Duplicate,
    /// It was not understood.
    Quarantined,
}

impl EventOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::New => "new",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
        }
    }
}

impl Meter {
    /// Every metric there is, in the order of the reference.
    pub fn rows(&self) -> &[Row] {
        &self.0.rows
    }

    /// Counts events that came over the API.
    pub fn events(&self, outcome: EventOutcome, count: u64) {
        if count > 0 {
            let labels = [("outcome", outcome.name().to_owned())];
            self.0.events.get_or_create(&labels).inc_by(count);
        }
    }

    /// Notes how long a question took.
    pub(crate) fn question(&self, took: Duration, is_answered: bool) {
        let outcome = if is_answered { "answered" } else { "failed" };
        let labels = [("outcome", outcome.to_owned())];
        self.0.question_seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = [
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.to_string()),
        ];
        self.0.requests.get_or_create(&labels).inc();
        let labels = [("route", route.to_owned())];
        self.0.request_seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Everything as text, read just now.
    async fn text(&self, desk: &Desk) -> Result<String, Problem> {
        let own = &self.0;
        own.store.set(&desk.store().gauges(), desk.store().snapshot().tickets_count());
        own.process.read();
        let counts = desk.store().quarantine_count().await?;
        // A reason of which nothing is left is not shown with its last count.
        own.quarantined.clear();
        for (reason, count) in counts {
            let labels = [("reason", reason)];
            own.quarantined.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        own.jobs.set(desk.store().jobs().await?);
        let mut text = String::new();
        encode(&mut text, &own.registry).map_err(|error| Problem::internal(&error))?;
        Ok(text)
    }
}

/// Counts every request by its route, and notes how long it took until its answer began.
pub(crate) async fn observe(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The pattern, not the path: there are as many of these as routes.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("interface", MatchedPath::as_str);
    desk.meter().request(method.as_str(), route, response.status().as_u16(), began.elapsed());
    response
}

/// `GET /metrics`: Prometheus gets the numbers, a browser the interface's page of that name.
pub(crate) async fn scrape(
    State(desk): State<Desk>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let accepted = headers.get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok());
    if accepted.is_some_and(|kinds| kinds.contains("text/html")) {
        return ui::serve(request).await;
    }
    let text = desk.meter().text(&desk).await?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
