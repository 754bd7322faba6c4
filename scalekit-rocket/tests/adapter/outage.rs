//! Scalekit does not answer (R9): who has a good token is served, nobody is logged out.

use std::time::Duration;

use crate::support::{ADA, ADA_ID, BOB, BOB_ID, Server, World, application};
use scalekit_emulator::{Endpoint, Fault, FaultBody};

fn outages() -> Vec<(&'static str, Fault)> {
    let html = Fault::Status { status: 200, retry_after: None, body: FaultBody::Html };
    let later = Duration::from_secs(3);
    let busy = Fault::Status { status: 429, retry_after: Some(later), body: FaultBody::Empty };
    vec![
        ("503", Fault::status(503)),
        ("a page instead of JSON", html),
        ("429", busy),
        ("403 of a firewall", Fault::status(403)),
        ("half an answer", Fault::TruncatedJson),
        ("a closed connection", Fault::DropConnection),
    ]
}

#[tokio::test]
async fn r09_an_outage_logs_nobody_out() {
    for (name, fault) in outages() {
        let world = World::start().await;
        let mut expired = world.expired(BOB).await;
        let mut valid = world.signed_in(ADA).await;
        world.on_refresh().inject(fault);

        assert_eq!(valid.visit("/me").await.body, ADA_ID, "{name}: a good token needs no Scalekit");
        for answer in [expired.visit("/me").await, expired.call("/me").await, expired.call("/guarded").await]
        {
            assert_eq!(answer.status, 503, "{name}");
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=10).contains(&wait), "{name}: {wait} s");
            assert_eq!((answer.location(), answer.set_cookies().len()), ("", 0), "{name}");
        }
        assert_eq!(expired.visit("/public").await.status, 200, "{name}");
        assert_eq!(world.refreshes(), 1, "r10, {name}: one attempt per interval");

        world.emulator.faults().clear();
        world.pass(Duration::from_secs(11));
        let answer = expired.visit("/me").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, BOB_ID), "{name}: back without login");
        assert_eq!(expired.visit("/me").await.body, BOB_ID, "{name}");
    }
}

#[tokio::test]
async fn r09_an_answer_that_was_lost_after_the_rotation_is_asked_for_again() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    world.on_refresh().times(1).inject(Fault::DropConnectionAfterProcessing);
    assert_eq!(browser.call("/me").await.status, 503);
    world.pass(Duration::from_secs(11));
    assert_eq!(browser.call("/me").await.body, ADA_ID, "Scalekit's grace period hands it out again");
}

#[tokio::test]
async fn r09_without_scalekit_good_tokens_are_served() {
    let mut world = World::start().await;
    let mut expired = world.expired(BOB).await;
    let mut valid = world.signed_in(ADA).await;
    let other = scalekit_emulator::Emulator::start().await.unwrap();
    std::mem::replace(&mut world.emulator, other).shutdown().await;

    assert_eq!(valid.visit("/me").await.body, ADA_ID);
    let answer = expired.visit("/me").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (503, 0));
    let mut stranger = world.browser();
    assert_eq!(stranger.visit("/me").await.status, 303);
    assert_eq!(stranger.visit("/auth/login").await.status, 303, "going there takes no call");

    let logout = valid.visit("/auth/logout").await;
    assert_eq!(logout.status, 303, "r29: logout works all the same");
    assert_eq!(valid.jar.names(), [""; 0]);
}

#[tokio::test]
async fn r10_one_users_failure_is_not_anothers() {
    let world = World::start().await;
    let mut bob = world.signed_in(BOB).await;
    let mut ada = world.expired(ADA).await;
    world.on_refresh().times(1).inject(Fault::status(500));
    assert_eq!(ada.call("/me").await.status, 503);
    assert_eq!(bob.call("/me").await.body, BOB_ID);
    assert_eq!(ada.call("/me").await.status, 503, "still waiting");
    world.pass(Duration::from_secs(11));
    assert_eq!(ada.call("/me").await.body, ADA_ID);
}

#[tokio::test]
async fn r44_keys_that_cannot_be_fetched_make_nobody_anonymous() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    world.emulator.faults().on(Endpoint::Keys).inject(Fault::status(500));
    let app = Server::start(application(&world.restarted())).await;
    let mut restarted = world.browser_of(&app);
    restarted.jar = browser.jar.clone();
    for answer in [restarted.visit("/me").await, restarted.call("/admin").await] {
        assert_eq!((answer.status, answer.set_cookies().len()), (503, 0));
        assert!(!answer.header("retry-after").is_empty());
    }
    world.emulator.faults().clear();
    world.pass(Duration::from_secs(60));
    assert_eq!(restarted.visit("/me").await.body, ADA_ID);
}
