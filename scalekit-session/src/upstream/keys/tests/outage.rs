//! Tests of failed fetches: back-off, and how long the old keys are used.

use super::*;

#[tokio::test]
async fn r44_a_failed_fetch_is_unavailable_and_backs_off_from_one_to_ten_seconds() {
    let endpoint = Endpoint::publishing(&[]);
    endpoint.answer(Err(TransportFailure::Connect));
    for (call, wait) in [1, 2, 4, 8, 10, 10].into_iter().enumerate() {
        let wait = Duration::from_secs(wait);
        let fetched = endpoint.fetch(Budget::Sealed, "snk_1").await;
        assert_eq!(fetched, Fetched::Failed { retry_after: wait });
        let fetched = endpoint.fetch(Budget::Presented, "snk_1").await;
        assert_eq!(fetched, Fetched::Suppressed { retry_after: wait });
        assert_eq!(endpoint.calls(), call + 1);
        endpoint.pass(wait);
    }
    endpoint.publish(&["snk_1"]);
    assert_eq!(endpoint.fetch(Budget::Sealed, "snk_1").await, Fetched::Updated);
    assert!(endpoint.has("snk_1"));
}

#[tokio::test]
async fn r44_a_retry_after_is_honoured_up_to_ten_seconds() {
    let endpoint = Endpoint::publishing(&[]);
    for (asked, wait) in [(0, 1), (5, 5), (3600, 10)] {
        let busy = HttpResponse::new(429, "").with_retry_after(Duration::from_secs(asked));
        endpoint.answer(Ok(busy));
        let fetched = endpoint.fetch(Budget::Sealed, "snk_1").await;
        assert_eq!(fetched, Fetched::Failed { retry_after: Duration::from_secs(wait) }, "{asked}");
        endpoint.publish(&["snk_1"]);
        endpoint.pass(10 * SECOND);
        assert_eq!(endpoint.fetch(Budget::Sealed, "bogus").await, Fetched::Updated);
        // makes the process forget the key, and lets the cool-down pass
        endpoint.publish(&["snk_2"]);
        endpoint.pass(30 * SECOND);
        endpoint.fetch(Budget::Sealed, "bogus").await;
        endpoint.pass(30 * SECOND);
    }
}

#[tokio::test]
async fn r44_documents_without_usable_keys_fail_and_keep_the_old_ones() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    endpoint.fetch(Budget::Sealed, "snk_1").await;
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, "{}"),
        (200, r#"{"keys":[]}"#),
        (200, r#"{"keys":[{"kty":"oct","k":"AA","kid":"snk_2"}]}"#),
        (204, ""),
        (302, ""),
        (404, r#"{"keys":[]}"#),
        (500, ""),
    ] {
        endpoint.answer(Ok(HttpResponse::new(status, body)));
        let fetched = endpoint.fetch(Budget::Sealed, "snk_2").await;
        assert!(matches!(fetched, Fetched::Failed { .. }), "{status} {body}: {fetched:?}");
        assert!(endpoint.has("snk_1"), "{status} {body}");
        endpoint.pass(10 * SECOND);
    }
    endpoint.answer(Ok(HttpResponse::new(200, vec![b' '; MAX_RESPONSE_BYTES + 1])));
    assert!(matches!(endpoint.fetch(Budget::Sealed, "snk_2").await, Fetched::Failed { .. }));
}

#[tokio::test]
async fn r44_stale_keys_serve_through_an_outage_of_a_day_and_no_longer() {
    let endpoint = Endpoint::publishing(&["snk_1"]);
    endpoint.fetch(Budget::Sealed, "snk_1").await;
    endpoint.answer(Err(TransportFailure::Timeout));
    for _ in 0..24 {
        endpoint.pass(Duration::from_secs(3600));
        endpoint.keys.refresh(endpoint.now());
        settle().await;
        assert!(endpoint.has("snk_1"));
    }
    endpoint.pass(SECOND);
    assert!(!endpoint.has("snk_1"));
    endpoint.pass(10 * SECOND);
    assert!(matches!(endpoint.fetch(Budget::Sealed, "snk_1").await, Fetched::Failed { .. }));
    endpoint.publish(&["snk_1"]);
    endpoint.pass(10 * SECOND);
    assert_eq!(endpoint.fetch(Budget::Sealed, "snk_1").await, Fetched::Updated);
    assert!(endpoint.has("snk_1"));
}

#[tokio::test]
async fn a_transport_that_never_answers_is_given_up() {
    let endpoint = Endpoint::on(Inline, &["snk_1"]);
    endpoint.permits.forget_permits(usize::MAX);
    let fetched = endpoint.fetch(Budget::Sealed, "snk_1").await;
    assert_eq!(fetched, Fetched::Failed { retry_after: SECOND });
}
