//! Window functions over many small partitions.
//!
//! DataFusion evaluates a window partition by partition, which is right for few large ones. Ours
//! are a customer's contacts or an agent's deeds on one ticket: millions, of a few rows each. Where
//! the rows are sorted by partition already, a partition is a run of equal keys, and the functions
//! that our definitions use are computed over all runs at once.

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, AsArray, Int64Array, PrimitiveArray, RecordBatch, UInt64Array,
};
use arrow::compute::{concat_batches, partition, take};
use arrow::datatypes::{DataType, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_err};
use datafusion::config::ConfigOptions;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::window::{PlainAggregateWindowExpr, StandardWindowExpr, WindowExpr};
use datafusion::physical_expr::{OrderingRequirements, PhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec, WindowUDFExpr};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan,
    InputDistributionRequirements, InputOrderMode, PlanProperties, ReplaceChildrenOptions,
};
use futures::{StreamExt, TryStreamExt, stream};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Batches that are taken together: the more, the fewer runs are cut.
const PIECE_BATCHES: usize = 8;

/// Puts [`SegmentedWindowExec`] in the place of stock windows that it can compute.
#[derive(Debug)]
pub(crate) struct SegmentWindows;

impl PhysicalOptimizerRule for SegmentWindows {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            Ok(match SegmentedWindowExec::instead_of(&node)? {
                Some(segmented) => Transformed::yes(Arc::new(segmented) as Arc<dyn ExecutionPlan>),
                None => Transformed::no(node),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "segment_windows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// One function over each run of rows.
#[derive(Clone, Debug)]
enum Function {
    /// The value of the row before.
    Lag(Arc<dyn PhysicalExpr>),
    /// The value of the row after.
    Lead(Arc<dyn PhysicalExpr>),
    RowNumber,
    Sum(Arc<dyn PhysicalExpr>),
    Min(Arc<dyn PhysicalExpr>),
    Max(Arc<dyn PhysicalExpr>),
}

/// As the window it stands for, whose properties it has; only the way of computing differs.
#[derive(Debug)]
struct SegmentedWindowExec {
    stock: Arc<dyn ExecutionPlan>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    functions: Vec<Function>,
}

impl SegmentedWindowExec {
    /// `None` where the node is no window, or one of other functions or frames.
    fn instead_of(node: &Arc<dyn ExecutionPlan>) -> Result<Option<Self>> {
        let exprs = if let Some(window) = node.downcast_ref::<WindowAggExec>() {
            window.window_expr()
        } else if let Some(window) = node.downcast_ref::<BoundedWindowAggExec>()
            && window.input_order_mode == InputOrderMode::Sorted
        {
            window.window_expr()
        } else {
            return Ok(None);
        };
        let [input] = node.children()[..] else { return Ok(None) };
        let keys = exprs.first().map_or(&[][..], |expr| expr.partition_by());
        if keys.is_empty() || exprs.iter().any(|expr| expr.partition_by() != keys) {
            return Ok(None);
        }
        let schema = input.schema();
        let functions: Option<Vec<Function>> =
            exprs.iter().map(|expr| function(expr.as_ref(), &schema)).collect();
        let (stock, keys) = (Arc::clone(node), keys.to_vec());
        Ok(functions.map(|functions| Self { stock, keys, functions }))
    }

    fn input(&self) -> Result<&Arc<dyn ExecutionPlan>> {
        match self.stock.children()[..] {
            [input] => Ok(input),
            _ => internal_err!("a window has one input"),
        }
    }
}

/// The function of ours that a window expression is; `None` where it is another.
fn function(expr: &dyn WindowExpr, schema: &SchemaRef) -> Option<Function> {
    // Neither treatment of nulls nor filters can be asked for; both stand in the name.
    let name = expr.name().to_ascii_uppercase();
    if name.contains("IGNORE NULLS") || name.contains("FILTER") {
        return None;
    }
    if let Some(standard) = expr.as_any().downcast_ref::<StandardWindowExpr>() {
        let called = standard.get_standard_func_expr().as_any().downcast_ref::<WindowUDFExpr>()?;
        return match (called.fun().name(), called.args()) {
            ("lag", [value]) => Some(Function::Lag(Arc::clone(value))),
            ("lead", [value]) => Some(Function::Lead(Arc::clone(value))),
            ("row_number", []) => Some(Function::RowNumber),
            _ => None,
        };
    }
    let plain = expr.as_any().downcast_ref::<PlainAggregateWindowExpr>()?;
    let frame = expr.get_window_frame();
    if !frame.start_bound.is_unbounded() || !frame.end_bound.is_unbounded() {
        return None;
    }
    let aggregate = plain.get_aggregate_expr();
    let [value] = &aggregate.expressions()[..] else { return None };
    let value = Arc::clone(value);
    let kind = value.data_type(schema).ok()?;
    let is_time = kind == DataType::Timestamp(TimeUnit::Microsecond, None);
    match aggregate.fun().name() {
        _ if aggregate.is_distinct() => None,
        "sum" if kind == DataType::Int64 => Some(Function::Sum(value)),
        "min" if kind == DataType::Int64 || is_time => Some(Function::Min(value)),
        "max" if kind == DataType::Int64 || is_time => Some(Function::Max(value)),
        _ => None,
    }
}

impl DisplayAs for SegmentedWindowExec {
    fn fmt_as(&self, t: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Segmented")?;
        self.stock.fmt_as(t, f)
    }
}

impl ExecutionPlan for SegmentedWindowExec {
    fn name(&self) -> &'static str {
        "SegmentedWindowExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.stock.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.stock.children()
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.stock.input_distribution_requirements()
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.stock.required_input_ordering()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.stock.maintains_input_order()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.stock.apply_expressions(f)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let stock = Arc::clone(&self.stock).replace_children(children, options)?;
        Ok(match Self::instead_of(&stock)? {
            Some(segmented) => Arc::new(segmented),
            None => stock,
        })
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let recompute = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
        self.replace_children(children, recompute)
    }

    fn execute(
        &self,
        place: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let input = self.input()?.execute(place, Arc::clone(&context))?;
        let consumer = MemoryConsumer::new(format!("SegmentedWindowExec[{place}]"));
        let held = consumer.register(context.memory_pool());
        let rows = context.session_config().batch_size();
        let (keys, functions, schema) = (self.keys.clone(), self.functions.clone(), self.schema());
        let runs = Runs { input, keys, rows, kept: Vec::new(), ended: false, held };
        let batches = stream::try_unfold(runs, Runs::next).and_then(move |(whole, runs)| {
            let batch = windowed(&whole, &runs, &functions, &schema);
            std::future::ready(batch.map(|batch| stream::iter(slices(batch, rows).map(Ok))))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches.try_flatten())))
    }
}

/// Cuts a sorted stream into pieces of whole runs.
struct Runs {
    input: SendableRecordBatchStream,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// Rows of a batch; a piece is [`PIECE_BATCHES`] as many, or as long as one run.
    rows: usize,
    /// What was read and not given yet: rows of one run, and whatever follows.
    kept: Vec<RecordBatch>,
    ended: bool,
    held: MemoryReservation,
}

/// Rows, and the runs among them.
type Piece = (RecordBatch, Vec<Range<usize>>);

impl Runs {
    async fn next(mut self) -> Result<Option<(Piece, Self)>> {
        let mut wanted = PIECE_BATCHES * self.rows.max(1);
        loop {
            self.read(wanted).await?;
            if self.kept.is_empty() {
                return Ok(None);
            }
            let whole = concat_batches(&self.input.schema(), &self.kept)?;
            let keys = self.keys.iter().map(|key| evaluate(key, &whole));
            let mut runs = partition(&keys.collect::<Result<Vec<_>>>()?)?.ranges();
            let mut end = whole.num_rows();
            if !self.ended
                && let Some(last) = runs.pop()
            {
                // It may go on in the next batch.
                end = last.start;
            }
            self.kept = vec![whole.slice(end, whole.num_rows() - end)];
            self.kept.retain(|rest| rest.num_rows() > 0);
            if end > 0 {
                return Ok(Some(((whole.slice(0, end), runs), self)));
            }
            wanted = 2 * whole.num_rows();
        }
    }

    /// Reads until so many rows are kept, or there are no more.
    async fn read(&mut self, wanted: usize) -> Result<()> {
        let mut rows: usize = self.kept.iter().map(RecordBatch::num_rows).sum();
        let mut bytes: usize = self.kept.iter().map(RecordBatch::get_array_memory_size).sum();
        while !self.ended && rows < wanted {
            match self.input.next().await {
                Some(batch) => {
                    let batch = compact(&batch?)?;
                    rows += batch.num_rows();
                    bytes += batch.get_array_memory_size();
                    // Once as it came and once as part of the whole.
                    self.held.try_resize(2 * bytes)?;
                    self.kept.push(batch);
                }
                None => self.ended = true,
            }
        }
        self.kept.retain(|batch| batch.num_rows() > 0);
        Ok(())
    }
}

fn evaluate(expr: &Arc<dyn PhysicalExpr>, batch: &RecordBatch) -> Result<ArrayRef> {
    expr.evaluate(batch)?.into_array(batch.num_rows())
}

/// A batch whose views hold no text but their own: sorted rows share the buffers of many others.
fn compact(batch: &RecordBatch) -> Result<RecordBatch> {
    let own = |column: &ArrayRef| match column.as_string_view_opt() {
        Some(views) => Arc::new(views.gc()) as ArrayRef,
        None => Arc::clone(column),
    };
    Ok(RecordBatch::try_new(batch.schema(), batch.columns().iter().map(own).collect())?)
}

fn slices(batch: RecordBatch, rows: usize) -> impl Iterator<Item = RecordBatch> {
    let starts = (0..batch.num_rows()).step_by(rows.max(1));
    starts.map(move |start| batch.slice(start, rows.min(batch.num_rows() - start)))
}

fn windowed(
    batch: &RecordBatch,
    runs: &[Range<usize>],
    functions: &[Function],
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let values = |expr: &Arc<dyn PhysicalExpr>| evaluate(expr, batch);
    let mut columns = batch.columns().to_vec();
    for function in functions {
        columns.push(match function {
            Function::Lag(expr) => {
                shifted(&values(expr)?, runs, |row, run| (row > run.start).then(|| row - 1))?
            }
            Function::Lead(expr) => {
                shifted(&values(expr)?, runs, |row, run| (row + 1 < run.end).then(|| row + 1))?
            }
            Function::RowNumber => row_numbers(runs),
            Function::Sum(expr) => {
                folded::<Int64Type>(values(expr)?.as_primitive(), runs, i64::wrapping_add)
            }
            Function::Min(expr) => extreme(&values(expr)?, runs, i64::min),
            Function::Max(expr) => extreme(&values(expr)?, runs, i64::max),
        });
    }
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// Of each row the value of another row of its run, or null.
fn shifted(
    values: &ArrayRef,
    runs: &[Range<usize>],
    other: impl Fn(usize, &Range<usize>) -> Option<usize>,
) -> Result<ArrayRef> {
    let places: UInt64Array = runs
        .iter()
        .flat_map(|run| run.clone().map(|row| other(row, run).map(|place| place as u64)))
        .collect();
    Ok(take(values, &places, None)?)
}

fn row_numbers(runs: &[Range<usize>]) -> ArrayRef {
    let numbers = runs.iter().flat_map(|run| 1..=run.len() as u64);
    Arc::new(UInt64Array::from_iter_values(numbers))
}

fn extreme(values: &ArrayRef, runs: &[Range<usize>], of: fn(i64, i64) -> i64) -> ArrayRef {
    match values.as_primitive_opt::<TimestampMicrosecondType>() {
        Some(times) => folded(times, runs, of),
        None => folded::<Int64Type>(values.as_primitive(), runs, of),
    }
}

/// Of each row what the values of its run that are not null come to; null where all are.
fn folded<T: ArrowPrimitiveType<Native = i64>>(
    values: &PrimitiveArray<T>,
    runs: &[Range<usize>],
    of: fn(i64, i64) -> i64,
) -> ArrayRef {
    let whole = |run: &Range<usize>| values.slice(run.start, run.len()).iter().flatten().reduce(of);
    let folded: Int64Array =
        runs.iter().flat_map(|run| std::iter::repeat_n(whole(run), run.len())).collect();
    Arc::new(folded.reinterpret_cast::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::datasource::MemTable;
    use datafusion::execution::session_state::SessionStateBuilder;
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::{SessionConfig, SessionContext};

    /// Few customers, no customer among them, in rows of no order.
    const ROWS: &str = "
        SELECT n, CASE WHEN n % 7 < 6 THEN concat('c', n % 7) END AS customer,
               CASE WHEN n % 5 > 0 THEN n * 37 % 101 END AS value,
               arrow_cast(n * 53 % 997, 'Timestamp(Microsecond, None)') AS at
        FROM (SELECT unnest(range(0, 500)) AS n)";
    const QUESTION: &str = "
        SELECT *, LAG(at) OVER w AS before, LEAD(value) OVER w AS after, ROW_NUMBER() OVER w AS nth,
               SUM(value) OVER c AS sum, MIN(at) OVER c AS first, MAX(value) OVER c AS largest
        FROM rows WINDOW w AS (PARTITION BY customer ORDER BY at, n), c AS (PARTITION BY customer)
        ORDER BY n";

    async fn answer(
        rows: usize,
        rules: &[Arc<dyn PhysicalOptimizerRule + Send + Sync>],
        sql: &str,
    ) -> (String, String) {
        let config = SessionConfig::new().with_target_partitions(2).with_batch_size(rows);
        let mut state = SessionStateBuilder::new().with_config(config).with_default_features();
        for rule in rules {
            state = state.with_physical_optimizer_rule(Arc::clone(rule));
        }
        let context = SessionContext::new_with_state(state.build());
        let rows = context.sql(ROWS).await.unwrap();
        let schema = Arc::new(rows.schema().as_arrow().clone());
        let table = MemTable::try_new(schema, vec![rows.collect().await.unwrap()]).unwrap();
        context.register_table("rows", Arc::new(table)).unwrap();
        let frame = context.sql(sql).await.unwrap();
        let plan = frame.clone().create_physical_plan().await.unwrap();
        let plan = displayable(plan.as_ref()).indent(false).to_string();
        (plan, pretty_format_batches(&frame.collect().await.unwrap()).unwrap().to_string())
    }

    #[tokio::test]
    async fn answers_are_those_of_stock_windows() {
        let (_, stock) = answer(64, &[], QUESTION).await;
        // A customer has 71 rows: with batches of four, a run is longer than a piece.
        let (_, cut) = answer(4, &[Arc::new(SegmentWindows)], QUESTION).await;
        assert_eq!(cut, stock);
        let (plan, ours) = answer(64, &[Arc::new(SegmentWindows)], QUESTION).await;
        assert_eq!(ours, stock);
        assert_eq!(plan.matches("SegmentedBoundedWindowAggExec").count(), 1, "{plan}");
        assert_eq!(plan.matches("SegmentedWindowAggExec").count(), 1, "{plan}");
    }

    #[tokio::test]
    async fn other_functions_and_frames_stay_as_they_are() {
        for call in [
            "LAG(value, 2) OVER (PARTITION BY customer ORDER BY at, n)",
            "LAG(value) IGNORE NULLS OVER (PARTITION BY customer ORDER BY at, n)",
            "SUM(value) OVER (PARTITION BY customer ORDER BY at, n)",
            "SUM(value) FILTER (WHERE n > 9) OVER (PARTITION BY customer)",
            "AVG(value) OVER (PARTITION BY customer)",
            "LEAD(value) OVER (ORDER BY n)",
        ] {
            let sql = format!("SELECT n, {call} AS v FROM rows ORDER BY n");
            let (plan, ours) = answer(64, &[Arc::new(SegmentWindows)], &sql).await;
            assert!(!plan.contains("Segmented"), "{call}:\n{plan}");
            assert_eq!(ours, answer(64, &[], &sql).await.1, "{call}");
        }
    }
}
