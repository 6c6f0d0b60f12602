//! The aggregate against sorting, in every way that a plan may use it.

use super::*;
use arrow::array::UInt32Array;
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext};
use proptest::prelude::*;

/// Type 7 by sorting, one quantile at a time.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks of a short list"
)]
fn naive(values: &[i64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let h = (sorted.len() - 1) as f64 * share;
    let (low, high) = (h.floor(), h.ceil());
    let (below, above) = (sorted[low as usize] as f64, sorted[high as usize] as f64);
    below + (h - low) * (above - below)
}

#[test]
fn follows_the_worked_example() {
    let got = select_quantiles(&mut [100, 3, 1, 4, 2], &[0.9, 0.5, 0.0, 1.0]);
    assert!((got[0] - 61.6).abs() < 1e-9, "{got:?}");
    assert_eq!(got[1..], [3.0, 1.0, 100.0]);
}

#[test]
fn medians_of_parts_do_not_combine() {
    let (mut low, mut high) = (vec![1, 2, 3], vec![10, 20, 30, 40, 50, 60, 70]);
    assert_eq!(select_quantiles(&mut low, &[0.5]), [2.0]);
    assert_eq!(select_quantiles(&mut high, &[0.5]), [40.0]);
    let mut all = [low, high].concat();
    assert_eq!(select_quantiles(&mut all, &[0.5]), [25.0]);
}

proptest! {
    #[test]
    fn selecting_equals_sorting(
        mut values in proptest::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 1..200),
        shares in proptest::collection::vec(0.0_f64..=1.0, 1..6),
    ) {
        let expected: Vec<f64> = shares.iter().map(|share| naive(&values, *share)).collect();
        let got = select_quantiles(&mut values, &shares);
        for (got, expected) in got.iter().zip(&expected) {
            prop_assert!((got - expected).abs() <= 1e-3, "{} is not {}", got, expected);
        }
    }

    #[test]
    fn emitting_in_parts_loses_nothing(
        rows in proptest::collection::vec((0_usize..7, proptest::option::of(-50_i64..50)), 1..80),
        cut in 0_usize..7,
    ) {
        let mut groups = Groups { shares: vec![0.5], values: Values::default(), groups: 0 };
        let (indices, values): (Vec<usize>, Vec<Option<i64>>) = rows.iter().copied().unzip();
        let column: ArrayRef = Arc::new(Int64Array::from(values));
        groups.update_batch(&[column], &indices, None, 7).unwrap();
        let mut got = Vec::new();
        for emit in [EmitTo::First(cut), EmitTo::All] {
            let lists = groups.evaluate(emit).unwrap();
            for list in lists.as_list::<i32>().iter() {
                got.push(list.map(|list| {
                    list.as_primitive::<arrow::datatypes::Float64Type>().value(0)
                }));
            }
        }
        let expected: Vec<Option<f64>> = (0..7)
            .map(|group| {
                let mine: Vec<i64> = rows
                    .iter()
                    .filter(|(of, _)| *of == group)
                    .filter_map(|(_, value)| *value)
                    .collect();
                (!mine.is_empty()).then(|| naive(&mine, 0.5))
            })
            .collect();
        prop_assert_eq!(got, expected);
    }
}

/// A context with rows spread over several partitions, so that states are merged.
fn context(partitions: usize, rows: &[(u32, Option<i64>)]) -> SessionContext {
    let ctx =
        SessionContext::new_with_config(SessionConfig::new().with_target_partitions(partitions));
    ctx.register_udaf(quantiles());
    let schema = Arc::new(Schema::new(vec![
        Field::new("g", DataType::UInt32, false),
        Field::new("v", DataType::Int64, true),
    ]));
    let parts: Vec<Vec<RecordBatch>> = rows
        .chunks(rows.len().div_ceil(partitions))
        .map(|part| {
            let groups = UInt32Array::from_iter_values(part.iter().map(|(group, _)| *group));
            let values = Int64Array::from_iter(part.iter().map(|(_, value)| *value));
            vec![
                RecordBatch::try_new(schema.clone(), vec![Arc::new(groups), Arc::new(values)])
                    .unwrap(),
            ]
        })
        .collect();
    ctx.register_table("t", Arc::new(MemTable::try_new(schema, parts).unwrap())).unwrap();
    ctx
}

#[tokio::test]
async fn partitions_and_filters_do_not_matter() {
    let rows: Vec<(u32, Option<i64>)> = (0..5_000_u32)
        .map(|n| (n % 13, (n % 7 != 0).then(|| i64::from(n * 7_919 % 1_009))))
        .collect();
    for (sql, groups) in [
        ("select g, quantiles(v, 0.5, 0.9) q from t group by g order by g", 13),
        ("select quantiles(v, 0.5, 0.9) filter (where v > 500) q from t", 1),
        (
            "select g, quantiles(v, 0.25, 1) filter (where v % 3 = 0) q from t group by g order by g",
            13,
        ),
        ("select v, quantiles(g, 0.5) q from t group by v order by v", 865),
    ] {
        let mut answers = Vec::new();
        for partitions in [1, 4] {
            let batches =
                context(partitions, &rows).sql(sql).await.unwrap().collect().await.unwrap();
            let text = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
            assert!(
                text.lines().count() > 4 && (groups < 20 || text.lines().count() > 800),
                "{text}"
            );
            answers.push(text);
        }
        assert_eq!(answers[0], answers[1], "{sql}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_refused() {
    let ctx = context(1, &[(1, Some(1))]);
    for (sql, message) in [
        ("select quantiles(v) from t", "takes a value and"),
        ("select quantiles(v, 1.5) from t", "is not a share between 0 and 1"),
        ("select quantiles(v, v) from t", "must be a literal"),
        ("select quantiles('a', 0.5) from t", "must be an integer"),
    ] {
        let failed = match ctx.sql(sql).await {
            Ok(frame) => frame.collect().await.unwrap_err(),
            Err(error) => error,
        };
        assert!(failed.to_string().contains(message), "{failed}");
    }
}
