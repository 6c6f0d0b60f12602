//! Work shared between a few threads, results in order, first error wins.

use crate::error::Result;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

/// As many threads as the machine can run at once.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, NonZero::get)
}

/// Does every task on some of `threads` threads; `progress` sees the results so far after each.
///
/// After an error no further task begins; those that run are waited for.
pub(crate) fn each<T: Send, R: Send>(
    threads: usize,
    tasks: Vec<T>,
    work: impl Fn(T) -> Result<R> + Sync,
    progress: impl Fn(&[R]) + Sync,
) -> Result<Vec<R>> {
    let threads = threads.clamp(1, tasks.len().max(1));
    let tasks = Mutex::new(tasks.into_iter().enumerate());
    let results: Mutex<(Vec<usize>, Vec<R>)> = Mutex::new((Vec::new(), Vec::new()));
    let failed = Mutex::new(None);
    let worker = || {
        loop {
            if failed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                return;
            }
            let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, task)) = next else { return };
            match work(task) {
                Ok(result) => {
                    let mut all = results.lock().unwrap_or_else(PoisonError::into_inner);
                    all.0.push(place);
                    all.1.push(result);
                    progress(&all.1);
                }
                Err(error) => {
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.get_or_insert(error);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let (places, results) = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut ordered: Vec<(usize, R)> = places.into_iter().zip(results).collect();
    ordered.sort_by_key(|(place, _)| *place);
    Ok(ordered.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::each;
    use crate::error::Error;

    #[test]
    fn results_keep_the_order_of_tasks_and_errors_win() {
        let doubled = each(3, (0..100).collect(), |n| Ok(n * 2), |_| ()).unwrap();
        assert_eq!(doubled, (0..100).map(|n| n * 2).collect::<Vec<_>>());
        let failed =
            each(2, vec![1, 2, 3], |n| if n == 2 { Err(Error::Stopped) } else { Ok(n) }, |_| ());
        assert!(matches!(failed, Err(Error::Stopped)));
    }
}
