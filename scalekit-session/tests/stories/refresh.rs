//! Refreshes: one call for many requests, at the right time, and no session is lost.

use std::time::Duration;

use crate::support::{Browser, FakeScalekit, Script};
use futures_util::future::join_all;
use scalekit_session::{SessionManager, SessionState};
use serde_json::json;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn r1_r6_a_hundred_parallel_requests_refresh_once_and_all_are_signed_in() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.clock.advance(secs(400));
    fake.hold();
    let requests = (0..100).map(|_| {
        let browser = browser.clone();
        tokio::spawn(async move { browser.send("GET", &[]).await })
    });
    let requests: Vec<_> = requests.collect();
    fake.held(1).await;
    fake.release();
    for answer in join_all(requests).await {
        let answer = answer.unwrap();
        assert_eq!(answer.session().refreshes(), 1);
        assert!(!answer.lines.is_empty(), "every response carries the new tokens");
    }
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r2_late_arrivals_with_the_old_cookie_get_the_successor_without_a_call() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(290));
    let late = browser.clone();
    assert_eq!(browser.get().await.session().refreshes(), 1);
    fake.clock.advance(secs(59));
    let answer = late.send("GET", &[]).await;
    assert_eq!(answer.session().refreshes(), 1);
    assert_eq!(fake.refreshes(), 1);
    let mut other = late.clone();
    other.deliver(&answer);
    assert_eq!(other.jar.header(), browser.jar.header(), "both have the same cookie, byte for byte");
}

#[tokio::test]
async fn r2_a_latecomer_of_two_rotations_ago_gets_the_newest_session() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    let late = browser.clone();
    fake.set_life(30);
    fake.clock.advance(secs(290));
    assert_eq!(browser.get().await.session().refreshes(), 1);
    fake.clock.advance(secs(29));
    assert_eq!(browser.get().await.session().refreshes(), 2);
    assert_eq!(late.send("GET", &[]).await.session().refreshes(), 2);
    assert_eq!(fake.refreshes(), 2);
}

#[tokio::test]
async fn r4_r9_a_lost_race_serves_the_living_token_and_writes_nothing() {
    let fake = FakeScalekit::new();
    let (ours, other) = (fake.scalekit(), fake.scalekit());
    let mut winner = Browser::signed_in(&fake, &other).await;
    let mut loser = Browser { scalekit: ours, jar: winner.jar.clone() };
    fake.clock.advance(secs(285));
    assert!(winner.get().await.is_active());
    let answer = loser.get().await;
    assert!(answer.is_active(), "the old token is still good");
    assert_eq!(answer.lines, [""; 0]);

    fake.clock.advance(secs(20));
    let answer = loser.get().await;
    assert!(answer.is_anonymous());
    assert_eq!(answer.lines, [""; 0], "nothing is deleted: the other instance's cookie may be on its way");

    fake.clock.advance(secs(60));
    let answer = loser.get().await;
    assert!(answer.is_anonymous());
    assert!(loser.jar.is_empty(), "refused twice, a minute apart: {:?}", loser.jar.names());
    assert!(winner.get().await.is_active());
    assert_eq!(fake.refreshes(), 2, "one call of each instance, and none after the refusal");
}

#[tokio::test]
async fn r7_a_client_that_hangs_up_loses_nothing() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(400));
    fake.hold();
    let hung_up = browser.clone();
    let request = tokio::spawn(async move { hung_up.send("GET", &[]).await });
    fake.held(1).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    fake.release();
    let answer = browser.get().await;
    assert_eq!(answer.session().refreshes(), 1);
    fake.clock.advance(secs(700));
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r7_a_successor_nobody_came_for_is_kept_for_fifteen_minutes() {
    for (minutes, kept) in [(14, true), (16, false)] {
        let fake = FakeScalekit::new();
        let scalekit = fake.scalekit();
        let mut browser = Browser::signed_in(&fake, &scalekit).await;
        let mut other = Browser::signed_in(&fake, &scalekit).await;
        fake.clock.advance(secs(400));
        assert!(browser.send("GET", &[]).await.is_active(), "the response never arrives");
        fake.clock.advance(secs(minutes * 60));
        assert!(other.get().await.is_active(), "another session's refresh removes expired entries");
        assert_eq!(browser.get().await.is_active(), kept, "{minutes} minutes");
    }
}

#[tokio::test]
async fn r11_another_user_in_refreshed_tokens_ends_the_session() {
    for claims in [json!({ "sub": "usr_2" }), json!({ "sid": "ses_2" }), json!({ "client_id": "skc_2" })] {
        let fake = FakeScalekit::new();
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        fake.set_claims(claims.clone());
        fake.clock.advance(secs(280));
        let answer = browser.get().await;
        assert!(answer.is_anonymous(), "{claims}");
        assert!(browser.jar.is_empty(), "{claims}: {:?}", browser.jar.names());
    }
}

#[tokio::test]
async fn r11_another_organization_that_nobody_asked_for_is_discarded() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let before = browser.jar.header();
    fake.set_claims(json!({ "oid": "org_2" }));
    fake.clock.advance(secs(400));
    assert!(browser.get().await.is_anonymous());
    assert_eq!(browser.jar.header(), before);
}

#[tokio::test]
async fn r11_r44_a_successor_that_cannot_be_verified_now_is_kept_and_not_served() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.set_keys("snk_2", &["snk_1", "snk_2"]);
    fake.script_keys(Script::status(503));
    fake.clock.advance(secs(400));
    let answer = browser.get().await;
    assert!(answer.is_unavailable());
    assert!(!answer.lines.is_empty(), "the new tokens are not lost");
    fake.script_keys(None);
    fake.clock.advance(secs(31));
    let answer = browser.get().await;
    assert_eq!(answer.session().refreshes(), 1);
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r12_new_roles_are_visible_in_the_same_request_and_missing_tokens_are_kept() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.set_claims(json!({ "roles": ["member"], "permissions": [] }));
    fake.clock.advance(secs(280));
    let answer = browser.get().await;
    let session = answer.session();
    assert!(session.has_role("member") && !session.has_role("admin"));
    assert!(!session.has_permission("invoices:read"));
    assert_eq!(session.profile().unwrap().name.as_deref(), Some("Ada"), "the ID token of the login stays");

    fake.set_rotate(false);
    for round in 2..5 {
        fake.clock.advance(secs(280));
        assert_eq!(
            browser.get().await.session().refreshes(),
            round,
            "a refresh token that Scalekit did not replace is sent again"
        );
    }
}

#[tokio::test]
async fn r13_head_and_prefetch_never_refresh_early_and_preflight_never_at_all() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.clock.advance(secs(280));
    assert!(browser.send("HEAD", &[]).await.is_active());
    assert!(browser.send("GET", &[("sec-purpose", "prefetch")]).await.is_active());
    assert!(browser.send("OPTIONS", &[]).await.is_anonymous());
    assert_eq!(fake.refreshes(), 0);
    fake.clock.advance(secs(120));
    assert!(browser.send("OPTIONS", &[]).await.is_anonymous());
    assert_eq!(fake.refreshes(), 0);
    assert!(browser.send("HEAD", &[]).await.is_active(), "a required refresh runs for HEAD too");
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r13_r41_a_token_of_five_seconds_is_refreshed_once_and_never_used_after_its_end() {
    let fake = FakeScalekit::new();
    fake.set_life(5);
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    for second in 1..=60 {
        fake.clock.advance(secs(1));
        let answer = browser.get().await;
        let session = answer.session();
        assert!(fake_now(&fake) < session.expires_at(), "second {second}");
    }
    let refreshes = fake.refreshes();
    assert!((11..=16).contains(&refreshes), "one refresh for each token: {refreshes}");
}

fn fake_now(fake: &FakeScalekit) -> scalekit_session::Timestamp {
    use scalekit_session::Clock;
    fake.clock.now()
}

#[tokio::test]
async fn r19_a_valid_request_calls_nobody_and_writes_nothing() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let calls = fake.total_calls();
    for _ in 0..10 {
        let answer = browser.get().await;
        assert!(answer.is_active());
        assert_eq!(answer.lines, [""; 0]);
        assert_eq!(answer.cache_control.as_deref(), Some("private, no-store"));
        assert_eq!(answer.vary.as_deref(), Some("Cookie"));
    }
    assert_eq!(fake.total_calls(), calls);
}

#[tokio::test]
async fn r54_a_held_response_writes_no_generation_older_than_the_newest() {
    use scalekit_session::adapter::Exchange;
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(280));
    let head = browser.head("GET", "/slow", &[]);
    let slow = Exchange::new(scalekit.manager());
    let state = slow.resolve(&head.view()).await;
    // The slow handler is still busy while the browser sends other requests.
    for _ in 0..3 {
        assert!(browser.get().await.is_active());
        fake.clock.advance(secs(280));
    }
    assert!(browser.get().await.is_active());
    let answer = crate::support::finish(&slow, state);
    assert_eq!(
        answer.lines, [""; 0],
        "the response was held longer than new tokens are kept, and longer than several tokens live"
    );
    assert!(browser.get().await.is_active());
}

#[tokio::test]
async fn r54_a_browser_that_never_got_the_successor_comes_back_two_token_lives_later() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(280));
    let _lost = browser.send("GET", &[]).await;
    fake.clock.advance(secs(660));
    let answer = browser.get().await;
    assert_eq!(
        answer.session().refreshes(),
        2,
        "the new access token had expired as well, so it was refreshed"
    );
    assert!(browser.get().await.is_active());
}

#[tokio::test]
async fn an_application_may_refresh_at_once() {
    use scalekit_session::adapter::Exchange;
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    fake.set_claims(json!({ "roles": ["owner"] }));
    let head = browser.head("POST", "/promote", &[]);
    let exchange = Exchange::new(scalekit.manager());
    let SessionState::Active(before) = exchange.resolve(&head.view()).await else { panic!() };
    assert!(!before.has_role("owner"));
    let SessionState::Active(after) = exchange.refresh(&head.view()).await else { panic!() };
    assert!(after.has_role("owner"));
    let answer = crate::support::finish(&exchange, SessionState::Active(after));
    assert!(!answer.lines.is_empty());
    assert_eq!(scalekit.refresh_policy().leeway, secs(60));
}

#[tokio::test]
async fn r51_a_forged_request_refreshes_nothing_and_gets_no_session() {
    use scalekit_session::adapter::{Exchange, RequestView};
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    let headers = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    for resolved in [true, false] {
        let head = browser.head("POST", "/promote", &headers);
        let exchange = Exchange::new(scalekit.manager());
        if resolved {
            assert!(matches!(exchange.resolve(&head.view()).await, SessionState::CrossOrigin));
        }
        assert!(matches!(exchange.refresh(&head.view()).await, SessionState::CrossOrigin));
        assert!(matches!(exchange.state(), Some(SessionState::CrossOrigin)));
    }
    let preflight = browser.head("OPTIONS", "/promote", &[]);
    assert!(matches!(
        scalekit.refresh(&preflight.view(), fake_now(&fake)).unwrap().await.state(),
        SessionState::Anonymous
    ));
    let http = fake.builder().redirect_uri("http://localhost:3000/auth/callback").build().unwrap();
    let elsewhere = [("host", "app.test")];
    let request = RequestView::new("POST", "/promote", &elsewhere);
    assert!(matches!(
        http.refresh(&request, fake_now(&fake)).unwrap().await.state(),
        SessionState::Misdirected
    ));
    assert_eq!(fake.refreshes(), 0);
}

#[tokio::test]
async fn r4_within_the_grace_of_scalekit_two_instances_both_go_on() {
    let fake = FakeScalekit::new();
    fake.set_grace(secs(30));
    let (one, two) = (fake.scalekit(), fake.scalekit());
    let mut browser = Browser::signed_in(&fake, &one).await;
    fake.clock.advance(secs(285));
    let late = Browser { scalekit: two.clone(), jar: browser.jar.clone() };
    assert_eq!(browser.get().await.session().refreshes(), 1);
    fake.clock.advance(secs(20));
    let answer = late.send("GET", &[]).await;
    assert_eq!(answer.session().refreshes(), 1, "Scalekit accepts the old refresh token for a short time");
    browser.deliver(&answer);
    for scalekit in [&one, &two] {
        browser.scalekit = scalekit.clone();
        assert!(browser.get().await.is_active());
    }
    fake.clock.advance(secs(285));
    assert_eq!(browser.get().await.session().refreshes(), 2);
}

#[tokio::test]
async fn r12_a_new_id_token_renews_the_profile_and_one_that_does_not_verify_changes_nothing() {
    let fake = FakeScalekit::new();
    fake.set_id_token_on_refresh(true);
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    fake.set_id_claims(json!({ "name": "Ada King" }));
    fake.clock.advance(secs(280));
    let name = |answer: &crate::support::Answer| answer.session().profile().unwrap().name.clone();
    assert_eq!(name(&browser.get().await).as_deref(), Some("Ada King"));
    fake.set_id_claims(json!({ "name": "Mallory", "aud": ["skc_2"] }));
    fake.clock.advance(secs(280));
    let answer = browser.get().await;
    assert_eq!(answer.session().refreshes(), 2);
    assert_eq!(name(&answer).as_deref(), Some("Ada King"));
}

#[tokio::test]
async fn a_drain_waits_for_refreshes_under_way() {
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    assert!(scalekit.drain(secs(10)).await, "nothing is under way");
    let browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(400));
    fake.hold();
    let waiting = browser.clone();
    let request = tokio::spawn(async move { waiting.send("GET", &[]).await });
    fake.held(1).await;
    assert!(!scalekit.drain(Duration::ZERO).await, "the drain ran out of time");
    request.abort();
    let draining = tokio::spawn(async move { scalekit.drain(secs(10)).await });
    fake.release();
    assert!(draining.await.unwrap());
    assert_eq!(fake.refreshes(), 1);
}
