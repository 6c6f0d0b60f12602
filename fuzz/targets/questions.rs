//! Any question: written and read back it is the same, and its canonical form is canonical.
#![no_main]

use datafusion_expr::registry::MemoryFunctionRegistry;
use event::Instant;
use libfuzzer_sys::fuzz_target;
use semantic::time::Zone;
use semantic::{Catalog, Compiler, Question, Schemas};
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::shipped().expect("they are right"));

fuzz_target!(|text: &str| {
    let Ok(question) = Question::read(text) else { return };
    let value = serde_json::to_value(&question).expect("a question is JSON");
    assert_eq!(Question::from_value(value), Ok(question.clone()));
    let functions = MemoryFunctionRegistry::new();
    let compiler = Compiler {
        catalog: &CATALOG,
        tables: &Schemas,
        functions: &functions,
        now: Instant::from_micros(1_780_000_000_000_000),
        zone: Zone::named("Europe/Berlin").expect("a zone"),
    };
    if let Ok(canonical) = compiler.canonical(&question) {
        assert_eq!(compiler.canonical(&canonical), Ok(canonical));
    }
});
