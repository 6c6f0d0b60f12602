//! `quantiles` beside DataFusion's own exact percentile: median and p90 of values in 36 groups.
//!
//! `cargo bench -p engine --bench quantiles -- [--rows 10000000]`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use arrow::array::{Int64Array, RecordBatch, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::error::Error;
use std::sync::Arc;

const GROUPS: u32 = 36;
const PARTITIONS: u32 = 2;
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip_while(|word| word != "--rows").skip(1);
    let rows: u32 = words.next().map_or(Ok(2_000_000), |rows| rows.parse())?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?.block_on(run(rows))
}

async fn run(rows: u32) -> Result<(), Box<dyn Error>> {
    let config = SessionConfig::new().with_target_partitions(PARTITIONS as usize);
    let ctx = SessionContext::new_with_config(config);
    ctx.register_udaf(engine::function::quantiles::quantiles());
    ctx.register_table("t", Arc::new(table(rows)?))?;
    for (name, sql) in [
        ("quantiles, grouped", "select g, quantiles(v, 0.5, 0.9) from t group by g"),
        (
            "percentile_cont, grouped",
            "select g, percentile_cont(0.5) within group (order by v), \
             percentile_cont(0.9) within group (order by v) from t group by g",
        ),
        ("quantiles, one group", "select quantiles(v, 0.5, 0.9) from t"),
        (
            "percentile_cont, one group",
            "select percentile_cont(0.5) within group (order by v), \
             percentile_cont(0.9) within group (order by v) from t",
        ),
    ] {
        let mut best = f64::INFINITY;
        for _ in 0..RUNS {
            let start = std::time::Instant::now();
            ctx.sql(sql).await?.collect().await?;
            best = best.min(start.elapsed().as_secs_f64() * 1_000.0);
        }
        println!("{best:9.1} ms  {rows} rows  {name}");
    }
    Ok(())
}

/// Rows in groups that follow each other, as months do; values as durations are: many short.
fn table(rows: u32) -> Result<MemTable, Box<dyn Error>> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("g", DataType::UInt32, false),
        Field::new("v", DataType::Int64, true),
    ]));
    let mut partitions = vec![Vec::new(); PARTITIONS as usize];
    let mut seed = 1_u64;
    for (place, start) in (0..rows).step_by(8_192).enumerate() {
        let range = start..(start + 8_192).min(rows);
        let groups =
            UInt32Array::from_iter_values(range.clone().map(|row| row / (rows / GROUPS + 1)));
        let values: Int64Array = range
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let random = seed >> 40;
                (!random.is_multiple_of(10))
                    .then(|| i64::try_from(random * random % 1_000_000_007).ok())?
            })
            .collect();
        let batch =
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(groups), Arc::new(values)])?;
        partitions[place % PARTITIONS as usize].push(batch);
    }
    Ok(MemTable::try_new(schema, partitions)?)
}
