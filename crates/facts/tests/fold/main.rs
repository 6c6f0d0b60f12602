//! What the fold makes of histories, each a few readable lines.

mod golden;
mod history;
mod laws;
mod population;
mod reading;
mod resolution;
mod response;
mod sla;
