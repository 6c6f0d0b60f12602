//! The fact tables of one snapshot, made of stock nodes: untouched segments as they are, touched
//! ones without their replaced rows, and the overlay.

use crate::function::fresh::{Replaced, fresh};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::{Expr, ScalarUDF, TableProviderFilterPushDown};
use datafusion::physical_expr::ScalarFunctionExpr;
use datafusion::physical_expr::expressions::{CastExpr, Column};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExecBuilder;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use facts::Table;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Segment, Snapshot};

/// Every fact table's first column: the ticket's number.
const NUMBER: usize = 0;

/// The fact tables of one snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    snapshot: Arc<Snapshot>,
    fresh: Arc<ScalarUDF>,
}

impl Tables {
    /// The tables of a snapshot.
    pub(crate) fn new(snapshot: Arc<Snapshot>) -> Self {
        let replaced = Arc::new(Replaced::new(snapshot.overlay.fresh()));
        let fresh = Arc::new(fresh(snapshot.generation, replaced));
        Self { snapshot, fresh }
    }

    /// The snapshot they are of.
    pub(crate) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// One of them.
    pub(crate) fn table(&self, table: Table) -> Arc<dyn TableProvider> {
        Arc::new(FactTable { table, schema: read_schema(table), of: self.clone() })
    }
}

/// A table's columns as plans see them: text as views, which group and compare faster than
/// offsets into one buffer.
pub(crate) fn read_schema(table: Table) -> SchemaRef {
    let mut fields = plain_fields(table);
    for field in &mut fields {
        if *field.data_type() == DataType::Utf8 {
            field.set_data_type(DataType::Utf8View);
        }
    }
    Arc::new(Schema::new(fields))
}

/// A table's columns without what they mean in words, which files keep for their readers: the
/// logical and the physical side of a union disagree about it.
fn plain_fields(table: Table) -> Vec<Field> {
    let schema = table.schema();
    let plain = |field: &Arc<Field>| field.as_ref().clone().with_metadata(HashMap::new());
    schema.fields().iter().map(plain).collect()
}

#[derive(Debug)]
struct FactTable {
    table: Table,
    schema: SchemaRef,
    of: Tables,
}

#[async_trait]
impl TableProvider for FactTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Filters are used to leave out files, row groups and pages, and applied again above.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns: Vec<usize> =
            projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let overlay = &self.of.snapshot.overlay;
        let (spared, touched): (Vec<&Segment>, Vec<&Segment>) =
            self.of.snapshot.segments.iter().partition(|segment| overlay.spares(segment.numbers()));
        vouch(&self.of.snapshot, self.table).await?;
        let mut parts = Vec::with_capacity(3);
        if !spared.is_empty() {
            parts.push(self.files(state, &spared, columns.clone())?);
        }
        if !touched.is_empty() {
            parts.push(self.fresh_rows(state, &touched, &columns)?);
        }
        parts.extend(self.overlay_rows(&columns)?);
        if parts.is_empty() {
            return Ok(Arc::new(EmptyExec::new(Arc::new(self.schema.project(&columns)?))));
        }
        UnionExec::try_new(parts)
    }
}

/// Refuses segments whose files are not what was written, before anything is counted in them.
async fn vouch(snapshot: &Arc<Snapshot>, table: Table) -> Result<()> {
    if snapshot.segments.iter().all(|segment| segment.is_vouched(table)) {
        return Ok(());
    }
    let snapshot = Arc::clone(snapshot);
    SpawnedTask::spawn_blocking(move || snapshot.vouch(table))
        .join()
        .await
        .map_err(|error| DataFusionError::External(Box::new(error)))?
        .map_err(|error| DataFusionError::External(Box::new(error)))
}

impl FactTable {
    /// The files of some segments as they are.
    fn files(
        &self,
        state: &dyn Session,
        segments: &[&Segment],
        columns: Vec<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let url = ObjectStoreUrl::local_filesystem();
        let runtime = state.runtime_env();
        let reader = CachedParquetFileReaderFactory::new(
            runtime.object_store(&url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        );
        let source = ParquetSource::new(Arc::clone(&self.schema))
            .with_table_parquet_options(state.default_table_options().parquet.clone())
            .with_parquet_file_reader_factory(Arc::new(reader));
        let groups = state.config().target_partitions().min(segments.len()).max(1);
        let mut files: Vec<Vec<PartitionedFile>> = vec![Vec::new(); groups];
        for (place, segment) in segments.iter().enumerate() {
            files[place % groups].push(self.file(segment)?);
        }
        let config = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(files.into_iter().map(FileGroup::new).collect())
            .with_projection_indices(Some(columns))?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// A segment's file, with what the manifest knows of it, so that it need not be opened where
    /// the question is about another time.
    fn file(&self, segment: &Segment) -> Result<PartitionedFile> {
        // Without `..` and links, which DataFusion's paths do not know.
        let path = std::fs::canonicalize(segment.path(self.table))
            .map_err(|error| DataFusionError::External(Box::new(error)))?;
        let size = std::fs::metadata(&path)
            .map_err(|error| DataFusionError::External(Box::new(error)))?
            .len();
        let path = object_store::path::Path::from_absolute_path(&path)
            .map_err(|error| DataFusionError::External(Box::new(error)))?;
        let mut file = PartitionedFile::new(String::new(), size);
        file.object_meta.location = path;
        Ok(file.with_statistics(Arc::new(self.statistics(segment))))
    }

    fn statistics(&self, segment: &Segment) -> Statistics {
        let mut statistics = Statistics::new_unknown(&self.schema);
        let stats = segment.stats();
        let time = |at: event::Instant| {
            Precision::Exact(ScalarValue::TimestampMicrosecond(Some(at.micros()), None))
        };
        if let Ok(place) = self.schema.index_of("created_at") {
            statistics.column_statistics[place] = ColumnStatistics {
                min_value: time(stats.min_created_at),
                max_value: time(stats.max_created_at),
                ..ColumnStatistics::new_unknown()
            };
        }
        let number = |number: u32| Precision::Exact(ScalarValue::Int64(Some(i64::from(number))));
        statistics.column_statistics[NUMBER] = ColumnStatistics {
            min_value: number(segment.first_number()),
            max_value: number(segment.numbers().end.saturating_sub(1)),
            ..ColumnStatistics::new_unknown()
        };
        statistics
    }

    /// The files of some segments without the rows that the overlay replaces.
    fn fresh_rows(
        &self,
        state: &dyn Session,
        segments: &[&Segment],
        columns: &[usize],
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut read = columns.to_vec();
        let number = read.iter().position(|column| *column == NUMBER).unwrap_or_else(|| {
            read.push(NUMBER);
            read.len() - 1
        });
        let input = self.files(state, segments, read)?;
        let config = Arc::new(state.config_options().clone());
        let predicate = ScalarFunctionExpr::try_new(
            Arc::clone(&self.of.fresh),
            vec![Arc::new(Column::new("number", number))],
            input.schema().as_ref(),
            config,
        )?;
        let filter = FilterExecBuilder::new(Arc::new(predicate), input)
            .apply_projection(Some((0..columns.len()).collect()))?
            .build()?;
        Ok(Arc::new(filter))
    }

    /// The overlay's rows, their text cast to views; `None` where it has none.
    fn overlay_rows(&self, columns: &[usize]) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let overlay = &self.of.snapshot.overlay;
        let batches = overlay
            .rows(self.table, Some(columns))
            .map_err(|error| DataFusionError::External(Box::new(error)))?;
        if batches.is_empty() {
            return Ok(None);
        }
        let schema = Arc::new(Schema::new(plain_fields(self.table)).project(columns)?);
        let rows = MemorySourceConfig::try_new_exec(&[batches], schema, None)?;
        let cast = columns.iter().enumerate().map(|(place, column)| {
            let field = self.schema.field(*column);
            let stored: Arc<dyn datafusion::physical_expr::PhysicalExpr> =
                Arc::new(Column::new(field.name(), place));
            let expr = if *field.data_type() == DataType::Utf8View {
                Arc::new(CastExpr::new(stored, DataType::Utf8View, None))
            } else {
                stored
            };
            (expr, field.name().clone())
        });
        Ok(Some(Arc::new(ProjectionExec::try_new(cast.collect::<Vec<_>>(), rows)?)))
    }
}
