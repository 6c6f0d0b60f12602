//! Threads of their own for questions.
//!
//! A plan keeps a thread busy for milliseconds at a time. On the threads that take requests and
//! events, each of those would wait for it; here the operating system lets them go first.

use crate::error::{Error, Result};
use std::fmt;
use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinHandle, JoinSet};

/// The threads.
pub(crate) struct Workshop {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Workshop {
    /// So many threads, which live as long as this.
    ///
    /// The priority is on a scale where 99 goes first and 50 is what threads have by default.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub(crate) fn new(name: &str, threads: usize, priority: u8) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.max(1))
            .thread_name(name)
            .on_thread_start(move || step_back(priority))
            .enable_all()
            .build()
            .map_err(Error::Threads)?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Does work that never waits, on a thread that no plan keeps busy.
    pub(crate) fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.handle.spawn_blocking(work)
    }

    /// Does work that mostly waits, for as long as there are these threads.
    pub(crate) fn always(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(work));
    }

    /// Begins work; dropping what is given back stops it.
    pub(crate) fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinSet<T> {
        let mut task = JoinSet::new();
        task.spawn_on(work, &self.handle);
        task
    }
}

fn step_back(priority: u8) {
    let ours = priority.try_into().map(ThreadPriority::Crossplatform);
    if let Ok(Err(error)) = ours.map(set_current_thread_priority) {
        tracing::debug!(?error, "questions run at the priority of everything else");
    }
}

impl Drop for Workshop {
    /// Waits for nothing: whoever drops it may be a task that must not block.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Workshop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Workshop")
    }
}
