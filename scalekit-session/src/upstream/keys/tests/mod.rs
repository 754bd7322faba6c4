//! Tests of the published keys, and the JWKS endpoint that they script.

mod cool_down;
mod flight;
mod outage;

use std::sync::atomic::AtomicUsize;

use futures_util::future::{FutureExt as _, join_all, ready};
use tokio::sync::Semaphore;

use super::*;
use crate::testing::SigningKey;
use crate::upstream::runtime::{Task, TokioRuntime};
use crate::upstream::transport::{HttpResponse, TransportFailure};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A JWKS endpoint that tests script, and the keys that are read from it.
struct Endpoint {
    keys: Keys,
    clock: Arc<TestClock>,
    calls: Arc<AtomicUsize>,
    answer: Arc<Mutex<Result<HttpResponse, TransportFailure>>>,
    /// Each fetch waits for one permit before it is answered.
    permits: Arc<Semaphore>,
}

impl Endpoint {
    /// Publishes `kids` and answers at once.
    fn publishing(kids: &[&str]) -> Self {
        Self::on(TokioRuntime::current().unwrap(), kids)
    }

    fn on(runtime: impl Runtime, kids: &[&str]) -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let answer = Arc::new(Mutex::new(Ok(document(kids))));
        let permits = Arc::new(Semaphore::new(100_000));
        let clock = Arc::new(TestClock(AtomicU64::new(1_760_000_000_000)));
        let transport = {
            let (calls, answer, permits) = (calls.clone(), answer.clone(), permits.clone());
            move |_| {
                calls.fetch_add(1, Ordering::SeqCst);
                let (answer, permits) = (answer.clone(), permits.clone());
                async move {
                    permits.acquire().await.unwrap().forget();
                    answer.lock().unwrap().clone().map_err(TransportError::new)
                }
            }
        };
        let keys = Keys::new(
            "https://acme.scalekit.dev/keys".into(),
            Arc::new(transport),
            Arc::new(runtime),
            clock.clone(),
            Arc::default(),
        );
        Self { keys, clock, calls, answer, permits }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, span: Duration) {
        self.clock.0.fetch_add(u64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }

    fn publish(&self, kids: &[&str]) {
        *self.answer.lock().unwrap() = Ok(document(kids));
    }

    fn answer(&self, answer: Result<HttpResponse, TransportFailure>) {
        *self.answer.lock().unwrap() = answer;
    }

    async fn fetch(&self, budget: Budget, kid: &str) -> Fetched {
        self.keys.fetch(budget, Some(kid), self.now()).await
    }

    fn has(&self, kid: &str) -> bool {
        self.keys.snapshot(self.now()).find(kid).is_some()
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

fn document(kids: &[&str]) -> HttpResponse {
    let key = SigningKey::development();
    let keys: Vec<_> = kids.iter().map(|kid| key.jwk(kid)).collect();
    HttpResponse::new(200, format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
}

/// Lets spawned tasks run as far as they can.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// A runtime that polls each task once, at once, and whose sleeps end at once.
#[derive(Debug)]
struct Inline;

impl Runtime for Inline {
    fn spawn(&self, mut task: Task) {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let _ = task.as_mut().poll(&mut context);
    }

    fn sleep(&self, _: Duration) -> Task {
        Box::pin(ready(()))
    }
}
