//! A question as SQL over the fact tables.

use crate::engine::Engine;
use crate::error::{Error, Result};
use semantic::Question;
use semantic::statement::Statement;

impl Engine {
    /// The plans of a question as SQL.
    ///
    /// # Errors
    /// [`Error::Issues`] with everything that is wrong with the question, or that SQL cannot say.
    pub async fn statements(&self, question: &Question) -> Result<Vec<Statement>> {
        let now = self.settings().clock.now();
        let view = self.view(question).await?;
        self.compiler(&view, now).statements(question).map_err(Error::Issues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Settings;
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::prelude::SessionContext;
    use event::{Clock, FixedClock};
    use facts::Table;
    use semantic::{Catalog, Tables as _};
    use std::sync::Arc;
    use store::Store;
    use testkit::generate;

    #[tokio::test]
    async fn what_is_written_gives_the_same_rows() {
        let dir = tempfile::tempdir().unwrap();
        let now = testkit::builders::at("2026-11-16T12:00:00Z");
        let clock: Arc<dyn Clock> = Arc::new(FixedClock(now));
        let store = Store::open(dir.path(), store::Options::new(Arc::clone(&clock))).await.unwrap();
        let settings = generate::Settings { tickets: 60, ..generate::Settings::default() };
        store.accept(generate::events(&settings).collect()).await.unwrap();
        let catalog = Arc::new(Catalog::shipped().unwrap());
        let engine = Engine::new(store, Arc::clone(&catalog), Settings::new(clock)).unwrap();
        let mut wrong = Vec::new();
        for metric in catalog.entries() {
            for variant in metric.definition.variants.names() {
                let name = format!("{}:{variant}", metric.definition.metric);
                let first = metric.definition.variants.first().map(|(name, _)| name);
                let split = ", by: [channel], every: month, range: last 6 months";
                // Of the first variant the rows are compared, of the others the words.
                for (tail, run) in [("", first == Some(variant)), (split, first == Some(variant))] {
                    let text = format!("{{metrics: ['{name}']{tail}}}");
                    let question = Question::read(&text).unwrap();
                    if let Err(error) = check(&engine, &question, run).await {
                        wrong.push(format!("{text}: {error}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn check(
        engine: &Engine,
        question: &Question,
        run: bool,
    ) -> std::result::Result<(), String> {
        let said = |error: Error| match error {
            Error::Issues(issues) => format!("{issues:?}"),
            other => other.to_string(),
        };
        let statements = engine.statements(question).await.map_err(said)?;
        if !run {
            return Ok(());
        }
        let view = engine.view(question).await.map_err(said)?;
        let now = engine.settings().clock.now();
        let compiled = engine.compile(question, &view, now).map_err(said)?;
        let context = SessionContext::new_with_state(view.state.clone());
        for table in Table::ALL {
            let source = view.source(table);
            let provider = datafusion::datasource::source_as_provider(&source).unwrap();
            context.deregister_table(table.name()).unwrap();
            context.register_table(table.name(), provider).unwrap();
        }
        for (part, statement) in compiled.parts.iter().zip(&statements) {
            let plan = context.state().create_logical_plan(&statement.sql).await;
            let plan = plan.map_err(|error| format!("{error}\n{}", statement.sql))?;
            let run = async |plan| {
                let session = engine.session();
                session.run(&context.state(), plan, 100_000).await.map_err(said)
            };
            let rows = |batches: Vec<_>| {
                let text = pretty_format_batches(&batches).unwrap().to_string();
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                lines.sort_unstable();
                lines
            };
            let (direct, written) = (rows(run(&part.plan).await?), rows(run(&plan).await?));
            if direct != written {
                return Err(format!("{direct:#?}\nis not\n{written:#?}\n{}", statement.sql));
            }
        }
        Ok(())
    }
}
