//! The store from outside: what goes in comes out, whatever happens in between.

mod backup;
mod books;
mod crash;
mod kill;
mod laws;
mod past;
mod readers;
mod support;
