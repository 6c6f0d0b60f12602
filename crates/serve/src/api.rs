//! The paths under `/api/v1`, one module a noun.

mod annotations;
mod backups;
mod dimensions;
mod doctor;
mod erasures;
mod events;
mod exports;
pub(crate) mod health;
mod hooks;
pub(crate) mod imports;
mod jobs;
mod live;
mod mappings;
pub(crate) mod metrics;
mod policies;
mod quality;
mod quarantine;
mod questions;
mod restatements;
mod retention;
mod settings;
mod statements;
mod tickets;
mod uploads;

use crate::caching;
use crate::desk::Desk;
use crate::limits::{
    CALENDAR_BYTES_MAX, IMPORT_BYTES_MAX, MAPPING_TEST_BYTES_MAX, POLICIES_BYTES_MAX,
    QUESTION_BYTES_MAX, READ_TIMEOUT,
};
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use tower_http::timeout::TimeoutLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every path below `/api/v1`, with its documentation.
pub(crate) fn router() -> OpenApiRouter<Desk> {
    // A request that only reads is dropped when it takes too long; one that writes never is.
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, READ_TIMEOUT);
    let reads = asking().merge(looking());
    reads
        .layer(DefaultBodyLimit::max(QUESTION_BYTES_MAX))
        .layer(timeout)
        .merge(history())
        .merge(settled())
        .merge(operations())
        .layer(axum::middleware::from_fn(caching::tag_reads))
}

/// Questions and what opens their numbers.
fn asking() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(questions::ask_simple, questions::ask))
        .routes(routes!(questions::tickets))
        .routes(routes!(statements::write))
        .routes(routes!(exports::answer))
        .routes(routes!(exports::tickets))
        .routes(routes!(restatements::restate))
}

/// What there is to ask about, and how it stands.
fn looking() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(metrics::list))
        .routes(routes!(metrics::explain))
        .routes(routes!(dimensions::list))
        .routes(routes!(dimensions::values))
        .routes(routes!(tickets::list))
        .routes(routes!(tickets::explain))
        .routes(routes!(policies::rebuild))
        .routes(routes!(quality::sources))
        .routes(routes!(quality::checks))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
}

/// Events, files, and what was not understood of them.
fn history() -> OpenApiRouter<Desk> {
    let events = OpenApiRouter::new()
        .routes(routes!(events::accept))
        .routes(routes!(hooks::list))
        .routes(routes!(hooks::deliver, hooks::greet));
    let imports = OpenApiRouter::new()
        .routes(routes!(imports::list, imports::import))
        .routes(routes!(imports::one))
        .routes(routes!(uploads::upload))
        .routes(routes!(uploads::show, uploads::remove))
        .routes(routes!(uploads::values))
        .routes(routes!(uploads::import))
        .layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX));
    let quarantine = OpenApiRouter::new()
        .routes(routes!(quarantine::list, quarantine::remove))
        .routes(routes!(quarantine::counts))
        .routes(routes!(quarantine::replay));
    let mappings = OpenApiRouter::new()
        .routes(routes!(mappings::test))
        .layer(DefaultBodyLimit::max(MAPPING_TEST_BYTES_MAX));
    events.merge(imports).merge(mappings).merge(quarantine)
}

/// What the people of a desk settle, and news of it.
fn settled() -> OpenApiRouter<Desk> {
    let policies = OpenApiRouter::new()
        .routes(routes!(policies::current, policies::change))
        .layer(DefaultBodyLimit::max(POLICIES_BYTES_MAX));
    let calendars = OpenApiRouter::new()
        .routes(routes!(policies::holidays))
        .layer(DefaultBodyLimit::max(CALENDAR_BYTES_MAX));
    let settings = OpenApiRouter::new()
        .routes(routes!(settings::current, settings::change))
        .routes(routes!(annotations::list, annotations::add))
        .routes(routes!(annotations::change, annotations::remove))
        .layer(DefaultBodyLimit::max(QUESTION_BYTES_MAX));
    // Neither body nor end.
    let live = OpenApiRouter::new().routes(routes!(live::listen));
    policies.merge(calendars).merge(settings).merge(live)
}

/// What keeps a desk whole: jobs, backups, the doctor, and what must go in time.
fn operations() -> OpenApiRouter<Desk> {
    let jobs = OpenApiRouter::new()
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::runs))
        .routes(routes!(jobs::run))
        .routes(routes!(jobs::pause))
        .routes(routes!(jobs::resume));
    let privacy = OpenApiRouter::new()
        .routes(routes!(erasures::list, erasures::erase))
        .routes(routes!(erasures::verify))
        .routes(routes!(retention::current, retention::change))
        .routes(routes!(retention::due));
    OpenApiRouter::new()
        .routes(routes!(doctor::examine))
        .routes(routes!(backups::list, backups::make))
        .routes(routes!(backups::forget))
        .merge(jobs)
        .merge(privacy)
        .layer(DefaultBodyLimit::max(QUESTION_BYTES_MAX))
}
