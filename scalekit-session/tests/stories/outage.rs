//! Scalekit is down, slow or answers nonsense: no session is lost.

use std::time::Duration;

use futures_util::future::join_all;
use scalekit_session::SessionState;

use crate::support::{Browser, FakeScalekit, Script};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn r8_only_a_parsed_invalid_grant_ends_a_session() {
    let html = "<html><body>invalid_grant</body></html>";
    let transient = [
        ("unreachable", Script::Unreachable),
        ("timeout", Script::Timeout),
        ("408", Script::status(408)),
        ("425", Script::status(425)),
        ("429", Script::status(429)),
        ("500", Script::status(500)),
        ("502", Script::status(502)),
        ("401 without OAuth JSON", Script::status(401)),
        ("403 of a firewall", Script::Answer { status: 403, body: html.to_owned(), retry_after: None }),
        ("400 with HTML", Script::Answer { status: 400, body: html.to_owned(), retry_after: None }),
        ("200 with HTML", Script::Answer { status: 200, body: html.to_owned(), retry_after: None }),
        (
            "truncated JSON",
            Script::Answer { status: 400, body: "{\"error\":\"invalid_gr".to_owned(), retry_after: None },
        ),
        (
            "200 truncated",
            Script::Answer { status: 200, body: "{\"access_token\":\"ey".to_owned(), retry_after: None },
        ),
        ("500 invalid_grant", Script::oauth(500, "invalid_grant")),
        ("temporarily_unavailable", Script::oauth(400, "temporarily_unavailable")),
        ("server_error", Script::oauth(400, "server_error")),
        ("invalid_client", Script::oauth(401, "invalid_client")),
        ("unauthorized_client", Script::oauth(400, "unauthorized_client")),
        ("invalid_scope", Script::oauth(400, "invalid_scope")),
    ];
    for (name, script) in transient {
        let fake = FakeScalekit::new();
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        let before = browser.jar.header();
        fake.clock.advance(secs(400));
        fake.script(script);
        let answer = browser.get().await;
        assert!(answer.is_unavailable(), "{name}: {:?}", answer.state);
        assert_eq!(browser.jar.header(), before, "{name}");
        fake.script(None);
        fake.clock.advance(secs(11));
        assert!(browser.get().await.is_active(), "{name}: works again without a login");
    }
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.clock.advance(secs(400));
    fake.end_session();
    assert!(browser.get().await.is_anonymous());
    assert!(!browser.jar.is_empty(), "the first refusal deletes nothing");
    fake.clock.advance(secs(60));
    assert!(browser.get().await.is_anonymous());
    assert!(browser.jar.is_empty());
}

#[tokio::test]
async fn r9_an_early_refresh_that_fails_serves_the_living_token() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.script(Script::status(503));
    fake.clock.advance(secs(280));
    let answer = browser.get().await;
    assert!(answer.is_active());
    assert_eq!(answer.lines, [""; 0]);
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn r9_r10_a_living_token_waits_two_seconds_for_scalekit_and_a_dead_one_ten() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browsers = Vec::new();
    for _ in 0..70 {
        browsers.push(Browser::signed_in(&fake, &scalekit).await);
    }
    fake.hold();
    // There are more sessions than calls may run at once. The last ones still wait in line when Scalekit begins to
    // answer.
    for (advance, longest, active) in [(280, 2, true), (60, 10, false)] {
        fake.clock.advance(secs(advance));
        let all = join_all(browsers.iter().map(|browser| browser.send("GET", &[])));
        let answers = tokio::time::timeout(secs(longest) + Duration::from_millis(1), all).await.unwrap();
        for answer in answers {
            assert_eq!(
                (answer.is_active(), answer.is_unavailable()),
                (active, !active),
                "{:?}",
                answer.state
            );
        }
    }
    fake.release();
    assert!(scalekit.drain(secs(60)).await);
    fake.clock.advance(secs(11));
    for browser in &mut browsers {
        assert!(browser.get().await.is_active(), "no session is lost");
    }
}

#[tokio::test]
async fn r10_failures_back_off_per_session() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut ada = Browser::signed_in(&fake, &scalekit).await;
    let mut bob = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(400));
    fake.script(Script::status(500));
    for _ in 0..50 {
        assert!(ada.get().await.is_unavailable());
    }
    assert_eq!(fake.refreshes(), 1, "the later requests are answered without a call");
    fake.script(None);
    assert!(bob.get().await.is_active(), "another session's failure does not matter here");
    fake.clock.advance(Duration::from_millis(1001));
    assert!(ada.get().await.is_active());

    let mut attempts = Vec::new();
    fake.clock.advance(secs(400));
    fake.script(Script::status(500));
    let before = fake.refreshes();
    for _ in 0..60 {
        let _unavailable = ada.get().await;
        attempts.push(fake.refreshes() - before);
        fake.clock.advance(secs(1));
    }
    assert!((6..=12).contains(attempts.last().unwrap()), "doubling pauses up to ten seconds: {attempts:?}");
}

#[tokio::test]
async fn r10_retry_after_is_honoured_up_to_ten_seconds() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.clock.advance(secs(400));
    fake.script(Script::Answer { status: 429, body: String::new(), retry_after: Some(3600) });
    let SessionState::Unavailable { retry_after } = browser.get().await.state else { panic!() };
    assert_eq!(retry_after, secs(10));
    fake.script(None);
    fake.clock.advance(secs(9));
    assert!(browser.get().await.is_unavailable());
    fake.clock.advance(secs(1));
    assert!(browser.get().await.is_active());
}

#[tokio::test]
async fn r10_an_outage_with_a_thousand_sessions_has_a_bounded_call_rate() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    let mut browsers = vec![browser];
    for _ in 1..100 {
        browsers.push(Browser::signed_in(&fake, &scalekit).await);
    }
    fake.clock.advance(secs(400));
    fake.script(Script::Timeout);
    for _ in 0..60 {
        for browser in &mut browsers {
            assert!(browser.get().await.is_unavailable());
        }
        fake.clock.advance(secs(1));
    }
    assert!(fake.refreshes() <= 100 * 12, "{} calls in a minute", fake.refreshes());
}

#[tokio::test]
async fn r4_r47_a_refusal_that_counts_loops_still_deletes_a_session_that_is_over() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::new(fake.scalekit());
    assert_eq!(browser.log_in(&fake, "/").await.status, 303);
    fake.end_session();
    fake.clock.advance(secs(400));
    assert!(browser.send("GET", &[]).await.is_anonymous());
    fake.clock.advance(secs(60));
    let head = browser.head("GET", "/dashboard", &[("accept", "text/html")]);
    let exchange = scalekit_session::adapter::Exchange::new(browser.scalekit.manager());
    let state = exchange.resolve(&head.view()).await;
    let looped = [("set-cookie", "__Host-scalekit-loop=x")];
    assert!(matches!(state, SessionState::Anonymous));
    let edits = exchange.finish(&looped);
    assert!(edits.iter().any(|edit| format!("{edit:?}").contains("Max-Age=0")), "{edits:?}");
}
