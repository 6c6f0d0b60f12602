//! The one binary `deskmeter`.
fn main() {}
