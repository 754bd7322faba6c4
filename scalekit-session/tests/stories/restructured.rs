//! Regression tests of the restructured core: faults that were found by trying to break it.

use scalekit_session::{Clock, Scalekit};

use crate::split::{post, secs, split};
use crate::support::{Browser, FakeScalekit, Script};

/// Scalekit signs with another key from now on, and the process has seen that the first key is gone.
async fn withdraw_key(fake: &FakeScalekit, scalekit: &Scalekit) {
    fake.set_keys("snk_2", &["snk_2"]);
    Browser::signed_in(fake, scalekit).await;
}

#[tokio::test]
async fn r9_r44_a_script_with_a_withdrawn_key_is_told_to_wait_while_refreshes_fail() {
    let fake = FakeScalekit::new();
    let scalekit = split(&fake);
    let browser = Browser::signed_in(&fake, &scalekit).await;
    withdraw_key(&fake, &scalekit).await;
    fake.script(Script::status(503));
    for _ in 0..2 {
        let reply = post(&browser).await;
        assert!(browser.send("GET", &[]).await.is_anonymous(), "the access token counts nowhere any more");
        assert_eq!(reply.status, 503, "{}", reply.body);
        assert!(reply.header("retry-after").is_some());
    }
}

#[tokio::test]
async fn r48_a_script_with_a_withdrawn_key_and_a_refused_refresh_token_is_told_to_log_in() {
    let fake = FakeScalekit::new();
    let scalekit = split(&fake);
    let browser = Browser::signed_in(&fake, &scalekit).await;
    withdraw_key(&fake, &scalekit).await;
    fake.end_session();
    for _ in 0..2 {
        let reply = post(&browser).await;
        assert_eq!(reply.status, 401, "{}", reply.body);
    }
}

#[tokio::test]
async fn r41_the_life_of_a_logins_token_begins_when_it_came_and_not_after_the_applications_check() {
    let fake = FakeScalekit::new();
    let clock = fake.clock.clone();
    let slow = move |_| {
        clock.advance(secs(40));
        async { Ok(()) }
    };
    let scalekit = fake.builder().on_login(slow).build().unwrap();
    let began = fake.clock.now();
    let browser = Browser::signed_in(&fake, &scalekit).await;
    let answer = browser.send("GET", &[]).await;
    assert_eq!(answer.session().expires_at(), began + secs(300));
}
