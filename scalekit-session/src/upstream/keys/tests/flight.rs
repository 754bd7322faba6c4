//! Tests that only one fetch runs at a time, and that it outlives the requests that wait for it.

use super::*;

#[tokio::test]
async fn r44_a_cold_start_with_500_requests_fetches_once() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    let fetched = join_all((0..500).map(|_| endpoint.fetch(Budget::Sealed, "snk_1"))).await;
    assert!(fetched.iter().all(|fetched| *fetched == Fetched::Updated));
    assert!(endpoint.has("snk_1"));
    assert_eq!(endpoint.calls(), 1);
    assert_eq!(endpoint.fetch(Budget::Sealed, "snk_1").await, Fetched::Updated);
    assert_eq!(endpoint.calls(), 1, "a known key needs no fetch");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r44_a_cold_start_on_several_threads_fetches_once() {
    let endpoint = Arc::new(Endpoint::publishing(&["snk_1"]));
    let requests = (0..500).map(|_| {
        let endpoint = endpoint.clone();
        tokio::spawn(async move { endpoint.fetch(Budget::Sealed, "snk_1").await })
    });
    for fetched in join_all(requests).await {
        assert_eq!(fetched.unwrap(), Fetched::Updated);
    }
    assert_eq!(endpoint.calls(), 1);
}

#[tokio::test]
async fn keys_are_refreshed_in_the_background_every_ten_minutes_and_only_then() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    endpoint.fetch(Budget::Sealed, "snk_1").await;
    endpoint.publish(&["snk_1", "snk_2"]);
    endpoint.pass(Duration::from_secs(599));
    endpoint.keys.refresh(endpoint.now());
    settle().await;
    assert_eq!(endpoint.calls(), 1);

    endpoint.pass(SECOND);
    assert!(endpoint.keys.needs_refresh(endpoint.now()));
    for _ in 0..100 {
        endpoint.keys.refresh(endpoint.now());
    }
    assert!(!endpoint.keys.needs_refresh(endpoint.now()), "a fetch is under way");
    assert!(endpoint.has("snk_1"), "the old keys are used until the fetch ends");
    settle().await;
    assert_eq!(endpoint.calls(), 2);
    assert!(endpoint.has("snk_2"));
}

#[tokio::test]
async fn an_unchanged_key_survives_a_refresh_as_the_same_key() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    endpoint.fetch(Budget::Sealed, "snk_1").await;
    let key = Arc::clone(endpoint.keys.snapshot(endpoint.now()).find("snk_1").unwrap());
    endpoint.publish(&["snk_2", "snk_1"]);
    endpoint.fetch(Budget::Sealed, "snk_2").await;
    assert!(endpoint.keys.snapshot(endpoint.now()).publishes(&key));
    endpoint.publish(&["snk_2"]);
    endpoint.fetch(Budget::Sealed, "snk_3").await;
    assert!(!endpoint.keys.snapshot(endpoint.now()).publishes(&key));
}

#[tokio::test]
async fn r7_a_fetch_outlives_the_request_that_began_it() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    endpoint.permits.forget_permits(usize::MAX);
    // polled once and dropped, as by a client that hangs up
    assert_eq!(endpoint.fetch(Budget::Sealed, "snk_1").now_or_never(), None);
    settle().await;
    endpoint.permits.add_permits(1);
    settle().await;
    assert!(endpoint.has("snk_1"));
    assert_eq!(endpoint.calls(), 1);
}

#[tokio::test]
async fn waiters_wake_when_the_runtime_drops_the_fetch() {
    let endpoint = Endpoint::on(Gone, &["snk_1"]);
    let fetched = endpoint.fetch(Budget::Sealed, "snk_1").await;
    assert_eq!(fetched, Fetched::Failed { retry_after: SECOND });
}

#[tokio::test]
async fn waiters_wake_when_the_transport_panics() {
    let clock = Arc::new(TestClock(AtomicU64::new(1_760_000_000_000)));
    let transport = |_| async { panic!("a bug of the transport") };
    let runtime = TokioRuntime::current().unwrap();
    let keys = Keys::new(
        "https://x/keys".into(),
        Arc::new(transport),
        Arc::new(runtime),
        clock.clone(),
        Arc::default(),
    );
    let fetched = keys.fetch(Budget::Sealed, Some("snk_1"), clock.now()).await;
    assert_eq!(fetched, Fetched::Failed { retry_after: SECOND });
}

#[tokio::test]
async fn a_runtime_that_runs_tasks_at_once_does_not_deadlock() {
    let endpoint = Endpoint::on(Inline, &["snk_1"]);
    assert_eq!(endpoint.fetch(Budget::Sealed, "snk_1").await, Fetched::Updated);
    endpoint.pass(FRESH);
    endpoint.keys.refresh(endpoint.now());
    assert_eq!(endpoint.calls(), 2);
}

/// A runtime that drops every task, like one that shuts down.
#[derive(Debug)]
struct Gone;

impl Runtime for Gone {
    fn spawn(&self, task: Task) {
        drop(task);
    }

    fn sleep(&self, _: Duration) -> Task {
        Box::pin(ready(()))
    }
}
