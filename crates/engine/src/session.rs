//! The only place with a session: memory, spill, time and the functions that plans may call.

use crate::error::{Error, Result, query};
use crate::function;
use crate::lanes::{self, Lanes};
use crate::limits::{BATCH_ROWS, FOOTER_CACHE_BYTES, Limits};
use crate::segmented::SegmentWindows;
use arrow::array::RecordBatch;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::registry::FunctionRegistry;
use datafusion::logical_expr::{LogicalPlan, ScalarUDF};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionConfig;
use futures::TryStreamExt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tokio::sync::mpsc;

/// How many of the greatest users of memory an error names.
const CONSUMERS_NAMED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);

/// Batches that wait for who takes them.
const BATCHES_WAITING: usize = 2;

/// Runs plans within the limits.
#[derive(Debug)]
pub(crate) struct Session {
    state: SessionState,
    limits: Limits,
    lanes: Lanes,
}

impl Session {
    /// A session of its own memory pool and spill folder.
    pub(crate) fn new(limits: Limits) -> Result<Self> {
        let make = query("set up the query engine", limits.memory_bytes);
        let mode = limits
            .spill_dir
            .clone()
            .map_or(DiskManagerMode::OsTmpDirectory, |dir| DiskManagerMode::Directories(vec![dir]));
        let disk = DiskManagerBuilder::default()
            .with_mode(mode)
            .with_max_temp_directory_size(limits.spill_bytes);
        let pool =
            TrackConsumersPool::new(FairSpillPool::new(limits.memory_bytes), CONSUMERS_NAMED);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(pool))
            .with_disk_manager_builder(disk)
            .with_metadata_cache_limit(FOOTER_CACHE_BYTES)
            .build_arc()
            .map_err(&make)?;
        let mut config = SessionConfig::new()
            .with_target_partitions(limits.partitions.max(1))
            .with_batch_size(BATCH_ROWS)
            .with_information_schema(false)
            .with_repartition_file_scans(true);
        // An answer's plan is small: its optimisation must not cost more than its run.
        config.options_mut().execution.collect_statistics = false;
        // Sorted in parts over sealed and fresh rows, keys that are equal or constant in each part
        // get lost and DataFusion refuses its own plan.
        config.options_mut().optimizer.repartition_sorts = false;
        let mut state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .with_physical_optimizer_rule(Arc::new(SegmentWindows))
            .build();
        for scalar in [
            function::local::local_bucket(),
            function::local::local_hour(),
            function::local::local_weekday(),
            function::field::field(),
        ] {
            state.register_udf(Arc::new(scalar)).map_err(&make)?;
        }
        state.register_udaf(Arc::new(function::quantiles::quantiles())).map_err(&make)?;
        let lanes = Lanes::new(limits.concurrent, limits.partitions)?;
        Ok(Self { state, limits, lanes })
    }

    /// The limits it runs within.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Does milliseconds of work beside the threads that take requests and events.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.lanes.quick().aside(work).await.map_err(Error::Task)?
    }

    /// Does work that mostly waits, for as long as there is this session.
    pub(crate) fn always(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.lanes.quick().always(work);
    }

    /// A state that also knows these functions.
    pub(crate) fn state(
        &self,
        functions: impl IntoIterator<Item = ScalarUDF>,
    ) -> Result<SessionState> {
        let mut state = self.state.clone();
        for function in functions {
            state
                .register_udf(Arc::new(function))
                .map_err(query("register a function", self.limits.memory_bytes))?;
        }
        Ok(state)
    }

    /// Plans and runs, giving at most `rows_max` rows.
    ///
    /// Dropping the future stops the work: nothing of it is left running.
    pub(crate) async fn run(
        &self,
        state: &SessionState,
        plan: &LogicalPlan,
        rows_max: usize,
    ) -> Result<Vec<RecordBatch>> {
        self.gather(state, plan, rows_max, None).await
    }

    /// The same for a plan that is run again and again, under a name: while it reads little it does
    /// not wait behind those that read much.
    pub(crate) async fn run_again(
        &self,
        name: String,
        state: &SessionState,
        plan: &LogicalPlan,
        rows_max: usize,
    ) -> Result<Vec<RecordBatch>> {
        self.gather(state, plan, rows_max, Some(name)).await
    }

    async fn gather(
        &self,
        state: &SessionState,
        plan: &LogicalPlan,
        rows_max: usize,
        name: Option<String>,
    ) -> Result<Vec<RecordBatch>> {
        let (mut batches, mut rows) = (Vec::new(), 0);
        let take = |batch: RecordBatch| {
            rows += batch.num_rows();
            if rows > rows_max {
                return Err(Error::Rows(rows_max));
            }
            batches.push(batch);
            Ok(())
        };
        self.within_time(state, plan, name, take).await?;
        Ok(batches)
    }

    /// Plans and runs, handing over batch by batch; stops where `take` fails.
    pub(crate) async fn each(
        &self,
        state: &SessionState,
        plan: &LogicalPlan,
        take: impl FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        self.within_time(state, plan, None, take).await
    }

    async fn within_time(
        &self,
        state: &SessionState,
        plan: &LogicalPlan,
        name: Option<String>,
        take: impl FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let time = self.limits.time;
        tokio::time::timeout(time, self.in_its_lane(state, plan, name, take))
            .await
            .map_err(|_| Error::TimeOut(time))?
    }

    async fn in_its_lane(
        &self,
        state: &SessionState,
        plan: &LogicalPlan,
        name: Option<String>,
        mut take: impl FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let (lane, _place) = self.lanes.enter(name.as_deref()).await;
        let (sender, mut batches) = mpsc::channel(BATCHES_WAITING);
        let working = work(state.clone(), plan.clone(), self.limits.memory_bytes, sender);
        let mut task = lane.workshop.begin(working);
        while let Some(batch) = batches.recv().await {
            take(batch)?;
        }
        if let Some(outcome) = task.join_next().await {
            let read = outcome.map_err(Error::Task)??;
            if let Some(name) = name {
                self.lanes.remember(name, read);
            }
        }
        Ok(())
    }
}

/// Plans and runs, sending batch by batch for as long as somebody takes them; how many values
/// were read for it.
async fn work(
    state: SessionState,
    plan: LogicalPlan,
    memory: usize,
    sender: mpsc::Sender<RecordBatch>,
) -> Result<u64> {
    let physical =
        state.create_physical_plan(&plan).await.map_err(query("plan the question", memory))?;
    let failed = query("answer the question", memory);
    let mut stream = execute_stream(Arc::clone(&physical), state.task_ctx()).map_err(&failed)?;
    while let Some(batch) = stream.try_next().await.map_err(&failed)? {
        if sender.send(batch).await.is_err() {
            break;
        }
    }
    Ok(lanes::values_read(physical.as_ref()))
}
