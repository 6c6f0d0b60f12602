//! Of several workers one works.

use crate::support::{Act, Desk, scripted};
use jobs::Error;
use store::{JobKind, RunState};

const SEAL: JobKind = JobKind::Seal;

#[tokio::test]
async fn one_works_and_the_other_takes_over_when_it_stops() {
    let desk = Desk::new().await;
    let (first, mut first_ran) = scripted(SEAL, &[]);
    let (second, mut second_ran) = scripted(SEAL, &[]);
    let a = desk.runner("a").with(first).start();
    first_ran.recv().await.unwrap();
    let b = desk.runner("b").with(second).start();
    for _ in 0..20 {
        first_ran.recv().await.unwrap();
    }
    assert!(second_ran.try_recv().is_err(), "another has the lease");
    assert_eq!(desk.store.worker().await.unwrap().unwrap().holder, "a");
    a.stop().await;
    second_ran.recv().await.unwrap();
    assert_eq!(desk.store.worker().await.unwrap().unwrap().holder, "b");
    b.stop().await;
    assert_eq!(desk.store.worker().await.unwrap(), None);
}

#[tokio::test]
async fn who_was_replaced_without_noticing_notes_nothing_and_stops_its_jobs() {
    let desk = Desk::new().await;
    let (job, mut ran) = scripted(SEAL, &[Act::Hang]);
    let running = desk.runner("a").with(job).start();
    let mut work = ran.recv().await.unwrap();
    desk.until(SEAL, |job| job.last.is_some()).await;
    // The clock jumps, so that the lease looks as if it had ended.
    desk.clock.by(3_600_000_000);
    let lease = desk.store.work_take("b", 3_600_000_000).await.unwrap().unwrap();
    let refused = work.store().work_begin(&[]).await.unwrap_err();
    assert!(matches!(refused, store::Error::Replaced { .. }), "{refused:?}");
    work.stopping().await;
    // The run is left as it was: it is for the successor to note.
    running.stop().await;
    let runs = desk.runs(SEAL).await;
    assert_eq!(runs.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Running]);
    desk.store.under(&lease).work_begin(&[]).await.unwrap();
    assert_eq!(desk.runs(SEAL).await[0].state, RunState::Failed);
}

#[tokio::test]
async fn nobody_does_by_hand_what_another_process_does() {
    let desk = Desk::new().await;
    let lease = desk.store.work_take("b", 3_600_000_000).await.unwrap().unwrap();
    let (job, mut ran) = scripted(SEAL, &[]);
    let error = desk.runner("a").with(job).once(SEAL).await.unwrap_err();
    assert!(matches!(&error, Error::Elsewhere(holder) if holder == "b"), "{error:?}");
    assert!(ran.try_recv().is_err());
    desk.store.lease_release(&lease).await.unwrap();
    let (job, _ran) = scripted(SEAL, &[]);
    desk.runner("a").with(job).once(SEAL).await.unwrap();
}
