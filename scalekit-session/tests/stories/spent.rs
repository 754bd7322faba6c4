//! Refresh tokens that Scalekit accepted: they are never sent again, even when the new tokens were lost.

use std::time::Duration;

use crate::support::{Browser, FakeScalekit, Script};
use scalekit_session::Clock;
use serde_json::json;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn r2_a_spent_token_is_not_sent_again_and_deletes_no_newer_session() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let copy = browser.clone();
    fake.clock.advance(secs(305));
    assert_eq!(browser.get().await.session().refreshes(), 1);
    fake.clock.advance(secs(61));
    assert!(browser.get().await.is_active(), "the browser shows the new tokens");
    let calls = fake.refreshes();
    for pause in [6, 61, 61] {
        fake.clock.advance(secs(pause));
        let answer = copy.send("GET", &[]).await;
        assert!(answer.is_anonymous());
        assert_eq!(answer.lines, [""; 0]);
    }
    assert_eq!(fake.refreshes(), calls);
    assert!(browser.get().await.is_active());
}

#[tokio::test]
async fn r54_a_refusal_of_an_older_generation_deletes_no_newer_one() {
    let fake = FakeScalekit::new();
    let (one, two) = (fake.scalekit(), fake.scalekit());
    let mut browser = Browser::signed_in(&fake, &one).await;
    let copy = Browser { scalekit: two.clone(), jar: browser.jar.clone() };
    fake.clock.advance(secs(305));
    assert_eq!(browser.get().await.session().refreshes(), 1);
    assert!(copy.send("GET", &[]).await.is_anonymous(), "refused by Scalekit");
    // This process now sees the newer generation, and makes the one after it.
    browser.scalekit = two;
    fake.clock.advance(secs(290));
    assert_eq!(browser.get().await.session().refreshes(), 2);
    let answer = copy.send("GET", &[]).await;
    assert!(answer.is_anonymous());
    assert_eq!(answer.lines, [""; 0]);
    browser.deliver(&answer);
    assert!(browser.get().await.is_active());
}

#[tokio::test]
async fn r15_a_successor_that_does_not_fit_spends_its_token_once() {
    let too_large = |fake: &FakeScalekit| fake.set_claims(json!({ "big": "x".repeat(12_000) }));
    let no_jwt = |fake: &FakeScalekit| {
        let body = json!({ "access_token": "opaque", "token_type": "Bearer", "refresh_token": "next" });
        fake.script(Script::Answer { status: 200, body: body.to_string(), retry_after: None });
    };
    for name in ["too large", "no JWT"] {
        let fake = FakeScalekit::new();
        let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
        let before = browser.jar.header();
        if name == "no JWT" {
            no_jwt(&fake)
        } else {
            too_large(&fake)
        }
        fake.clock.advance(secs(280));
        for (pause, active) in [(0, true), (3, true), (30, false), (600, false)] {
            fake.clock.advance(secs(pause));
            assert_eq!(browser.get().await.is_active(), active, "{name}");
            assert_eq!(fake.refreshes(), 1, "{name}");
        }
        assert_eq!(browser.jar.header(), before, "{name}: nothing is deleted");
    }
}

#[tokio::test]
async fn r11_tokens_of_another_organization_delete_nothing_later_either() {
    let fake = FakeScalekit::new();
    let mut browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let before = browser.jar.header();
    fake.set_claims(json!({ "oid": "org_2" }));
    fake.clock.advance(secs(400));
    for _ in 0..3 {
        assert!(browser.get().await.is_anonymous());
        fake.clock.advance(secs(61));
    }
    assert_eq!(browser.jar.header(), before);
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r2_a_successor_handed_out_late_is_kept_until_it_has_arrived() {
    let fake = FakeScalekit::new();
    fake.set_life(3600);
    let scalekit = fake.scalekit();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    fake.clock.advance(secs(3560));
    fake.hold();
    let waiting = browser.clone();
    let request = tokio::spawn(async move { waiting.send("GET", &[]).await });
    fake.held(1).await;
    request.abort();
    fake.release();
    assert!(scalekit.drain(secs(10)).await);
    // New tokens are kept for 15 minutes until a request gets them. A request comes six seconds before that, and more
    // requests of the page follow.
    for pause in [894, 7, 50] {
        fake.clock.advance(secs(pause));
        assert!(browser.send("GET", &[]).await.is_active());
    }
    assert_eq!(fake.refreshes(), 1);
}

#[tokio::test]
async fn r10_r41_a_clock_set_back_does_not_lengthen_a_pause() {
    let fake = FakeScalekit::new();
    let browser = Browser::signed_in(&fake, &fake.scalekit()).await;
    let start = fake.clock.now();
    fake.clock.set(start + secs(3600));
    fake.script(Script::status(503));
    assert!(browser.send("GET", &[]).await.is_unavailable());
    fake.script(None);
    fake.clock.set(start + secs(400));
    assert!(browser.send("GET", &[]).await.is_active());
}
