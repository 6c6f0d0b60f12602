//! Checks definitions and questions against everything a plan may call, without a store.

use crate::error::Result;
use crate::function::business::{Calendars, business_elapsed};
use crate::limits::Limits;
use crate::session::Session;
use datafusion::execution::session_state::SessionState;
use event::Instant;
use semantic::time::Zone;
use semantic::{Catalog, Compiler, Issue, Question, Schemas};
use std::sync::Arc;

/// Reads what a user wrote as [`Engine`](crate::Engine) would, and runs nothing.
#[derive(Debug)]
pub struct Checker {
    state: SessionState,
}

impl Checker {
    /// A checker that knows every function a plan may call.
    ///
    /// # Errors
    /// When the query engine cannot be set up.
    pub fn new() -> Result<Self> {
        let session = Session::new(Limits::default())?;
        let elapsed = business_elapsed(String::new(), Arc::new(Calendars::new()));
        Ok(Self { state: session.state([elapsed])? })
    }

    /// Reads every fragment of SQL of every definition.
    ///
    /// # Errors
    /// Everything that does not fit, with file and line.
    pub fn catalog(&self, catalog: &Catalog) -> std::result::Result<(), Vec<Issue>> {
        catalog.check(&self.state)
    }

    /// Compiles a question, which is all there is to a question before its rows are read.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn question(
        &self,
        catalog: &Catalog,
        question: &Question,
        (now, zone): (Instant, Zone),
    ) -> std::result::Result<(), Vec<Issue>> {
        let functions = &self.state;
        let compiler = Compiler { catalog, tables: &Schemas, functions, now, zone };
        compiler.compile(question).map(|_| ())
    }
}
