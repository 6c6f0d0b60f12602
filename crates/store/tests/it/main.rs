//! The store from outside: what goes in comes out, whatever happens in between.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod backup;
mod books;
mod crash;
mod damage;
mod deliveries;
mod doctor;
mod door;
mod erase;
mod laws;
mod model;
mod past;
mod readers;
mod released;
mod retain;
mod schema;
mod state;
mod support;
mod together;
mod work;
