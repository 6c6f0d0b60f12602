//! What runs on its own.
//!
//! Arrows: connect, store (and event).
//! Must not know: HTTP, questions.
