//! Unusual runtimes: one runs a task at once, one drops it, one is shutting down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use crate::support::{Browser, FakeScalekit};
use scalekit_session::transport::{Runtime, Task, TokioRuntime};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Runs each task at once, inside `spawn`.
#[derive(Debug)]
struct Inline;

impl Runtime for Inline {
    fn spawn(&self, mut task: Task) {
        assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    fn sleep(&self, _: Duration) -> Task {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn r7_a_runtime_that_runs_tasks_at_once_blocks_nobody() {
    let (done, finished) = std::sync::mpsc::channel();
    let story = async move {
        let fake = FakeScalekit::new();
        let scalekit = fake.builder().runtime(Inline).build().unwrap();
        let mut browser = Browser::signed_in(&fake, &scalekit).await;
        fake.clock.advance(secs(280));
        assert_eq!(browser.get().await.session().refreshes(), 1);
        done.send(()).unwrap();
    };
    std::thread::spawn(|| tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(story));
    assert!(finished.recv_timeout(secs(30)).is_ok(), "deadlock");
}

/// A runtime that drops its tasks while `loses` is true.
#[derive(Clone, Debug)]
struct Lossy {
    tokio: TokioRuntime,
    loses: Arc<AtomicBool>,
}

impl Runtime for Lossy {
    fn spawn(&self, task: Task) {
        if !self.loses.load(Ordering::Relaxed) {
            self.tokio.spawn(task);
        }
    }

    fn sleep(&self, span: Duration) -> Task {
        self.tokio.sleep(span)
    }
}

#[tokio::test]
async fn r7_a_task_that_dies_is_a_failure_for_now_even_when_nobody_waits() {
    let fake = FakeScalekit::new();
    let runtime = Lossy { tokio: TokioRuntime::current().unwrap(), loses: Arc::default() };
    let scalekit = fake.builder().runtime(runtime.clone()).build().unwrap();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(400));
    runtime.loses.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        assert!(browser.get().await.is_unavailable());
    }
    runtime.loses.store(false, Ordering::Relaxed);
    assert!(browser.get().await.is_unavailable(), "after a failure there is a pause");
    fake.clock.advance(secs(3));
    assert_eq!(browser.get().await.session().refreshes(), 1);
}

#[tokio::test]
async fn r7_no_refresh_is_sent_while_a_drain_waits() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let one = Browser::signed_in(&fake, &scalekit).await;
    let two = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(280));
    fake.hold();
    let waiting = tokio::spawn(async move { one.send("GET", &[]).await });
    fake.held(1).await;
    let draining = tokio::spawn(async move { scalekit.drain(secs(10)).await });
    tokio::task::yield_now().await;
    assert!(
        two.send("GET", &[]).await.is_active(),
        "the token is still good, so the request is served without a refresh"
    );
    assert_eq!(fake.refreshes(), 1);
    fake.release();
    assert!(draining.await.unwrap());
    assert_eq!(waiting.await.unwrap().session().refreshes(), 1);
}
