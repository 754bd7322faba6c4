//! Scalekit does not answer, or not as it should.

use std::time::Duration;

use scalekit_emulator::{Emulator, Endpoint, Fault, FaultBody};

use crate::browser::{fetch, form, page};
use crate::world::{ADA, ADA_ID, BOB, BOB_ID, Stage};

pub async fn r08_a_refused_refresh_token_ends_the_session_after_a_minute(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    world.on_refresh().inject(Fault::oauth(400, "invalid_grant"));
    assert_eq!(browser.visit("/me").await.leads(), (303, "/me"), "16a: a page load asks itself again, once");
    assert_eq!(browser.visit("/me").await.leads(), (303, "/auth/login?return_to=%2Fme"));
    let answer = browser.call("/me").await;
    assert_eq!((answer.status, answer.cookies()), (401, 0));
    assert!(browser.session_name().is_some(), "the cookies stay for a minute");

    world.pass(61);
    let answer = browser.call("/me").await;
    assert_eq!((answer.status, answer.removals().len()), (401, answer.cookies()), "16b");
    assert_eq!(browser.session_name(), None, "16b: deleted");
    assert_eq!(world.refreshes(), 1, "a refused token is not sent again");
}

pub async fn r08_our_own_mistakes_log_nobody_out(stage: Stage) {
    let world = stage.world().await;
    for error in
        ["invalid_client", "unauthorized_client", "invalid_scope", "temporarily_unavailable", "server_error"]
    {
        let browser = world.expired(ADA).await;
        world.on_refresh().inject(Fault::oauth(400, error));
        let answer = browser.ask("/me").await;
        assert_eq!((answer.status, answer.cookies()), (503, 0), "{error}");
        world.emulator.faults().clear();
        world.pass(11);
        assert_eq!(browser.ask("/me").await.says(), (200, ADA_ID), "{error}");
    }
}

pub async fn r09_an_outage_logs_nobody_out(stage: Stage) {
    let world = stage.world().await;
    for (name, fault) in outages() {
        let expired = world.expired(BOB).await;
        let valid = world.signed_in(ADA).await;
        world.on_refresh().inject(fault);
        assert_eq!(valid.visit("/me").await.says(), (200, ADA_ID), "{name}: a good token needs no Scalekit");
        for request in [page("/me"), fetch("/me"), fetch("/admin"), fetch("/invoices")] {
            let answer = expired.send(request).await;
            assert_eq!((answer.status, answer.location(), answer.cookies()), (503, "", 0), "{name}");
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=10).contains(&wait), "{name}: Retry-After says {wait}");
        }
        assert!(expired.visit("/maybe").await.body.starts_with("unavailable"), "{name}");
        assert_eq!(expired.visit("/public").await.status, 200, "{name}");
        assert_eq!(world.refreshes(), 1, "r10, {name}: one attempt in the pause");

        world.emulator.faults().clear();
        world.pass(11);
        assert_eq!(expired.visit("/me").await.says(), (200, BOB_ID), "{name}: back without login");
    }
}

pub async fn r09_a_good_token_is_served_when_the_early_refresh_fails(stage: Stage) {
    let world = stage.world().await;
    for fault in [Fault::status(502), Fault::oauth(400, "invalid_grant"), Fault::DropConnection] {
        let browser = world.due(ADA).await;
        world.on_refresh().inject(fault.clone());
        for request in [page("/me"), fetch("/admin")] {
            let answer = browser.send(request).await;
            assert_eq!((answer.says(), answer.cookies()), ((200, ADA_ID), 0), "{fault:?}");
        }
        assert_eq!(world.refreshes(), 1, "{fault:?}");
        world.emulator.faults().clear();
    }
}

pub async fn r09_an_answer_lost_after_the_rotation_is_asked_for_again(stage: Stage) {
    let world = stage.world().await;
    let browser = world.expired(ADA).await;
    world.on_refresh().times(1).inject(Fault::DropConnectionAfterProcessing);
    assert_eq!(browser.ask("/me").await.status, 503);
    world.pass(11);
    assert_eq!(browser.ask("/me").await.says(), (200, ADA_ID), "the grace period hands it out again");
}

pub async fn r10_one_users_failure_is_not_anothers(stage: Stage) {
    let world = stage.world().await;
    let bob = world.signed_in(BOB).await;
    let ada = world.expired(ADA).await;
    world.on_refresh().times(1).inject(Fault::status(500));
    assert_eq!(ada.ask("/me").await.status, 503);
    assert_eq!(bob.ask("/me").await.says(), (200, BOB_ID));
    assert_eq!(ada.ask("/me").await.status, 503, "still waiting");
    assert_eq!(world.refreshes(), 2, "hers once, his once");
    world.pass(11);
    assert_eq!(ada.ask("/me").await.says(), (200, ADA_ID));
}

pub async fn r44_keys_that_cannot_be_fetched_make_nobody_anonymous(stage: Stage) {
    let world = stage.world().await;
    let browser = world.signed_in(ADA).await;
    world.emulator.faults().on(Endpoint::Keys).inject(Fault::status(500));
    let restarted = browser.at(world.another_instance().await);
    for request in [page("/me"), fetch("/admin")] {
        let answer = restarted.send(request).await;
        assert_eq!((answer.status, answer.cookies()), (503, 0));
        assert!(!answer.header("retry-after").is_empty());
    }
    world.emulator.faults().clear();
    world.pass(60);
    assert_eq!(restarted.visit("/me").await.says(), (200, ADA_ID));
}

pub async fn r09_r29_without_scalekit_good_tokens_are_served_and_logout_works(stage: Stage) {
    let mut world = stage.world().await;
    let (expired, valid) = (world.expired(BOB).await, world.signed_in(ADA).await);
    let other = Emulator::start().await.unwrap();
    std::mem::replace(&mut world.emulator, other).shutdown().await;
    assert_eq!(valid.visit("/me").await.says(), (200, ADA_ID));
    let answer = expired.open("/me").await;
    assert_eq!((answer.status, answer.cookies()), (503, 0));
    let stranger = world.browser();
    assert_eq!(stranger.visit("/me").await.status, 303);
    assert_eq!(stranger.visit("/auth/login").await.status, 303, "going there takes no call");
    assert_eq!(valid.send(form("/auth/logout")).await.status, 303);
    assert_eq!(valid.names(), [""; 0]);
}

pub(super) fn outages() -> Vec<(&'static str, Fault)> {
    let html = Fault::Status { status: 200, retry_after: None, body: FaultBody::Html };
    let later = Duration::from_secs(3);
    let busy = Fault::Status { status: 429, retry_after: Some(later), body: FaultBody::Empty };
    vec![
        ("503", Fault::status(503)),
        ("500", Fault::status(500)),
        ("a page instead of JSON", html),
        ("429", busy),
        ("408", Fault::status(408)),
        ("401 of a proxy", Fault::status(401)),
        ("403 of a firewall", Fault::status(403)),
        ("half an answer", Fault::TruncatedJson),
        ("a closed connection", Fault::DropConnection),
    ]
}
