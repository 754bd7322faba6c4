//! What a refresh changes, and what it may not.

use std::time::Duration;

use crate::support::{ADA, ADA_ID, World, navigation, program};
use scalekit_emulator::{Fault, Tamper};

#[tokio::test]
async fn r12_tokens_that_a_refresh_does_not_bring_are_kept() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    world.emulator.faults().tamper(Tamper::OmitIdTokenOnRefresh);
    for refreshes in 1..=3 {
        world.pass(Duration::from_secs(301));
        let answer = browser.visit("/name").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "Ada Lovelace"));
        assert_eq!(world.refreshes(), refreshes);
    }
    let logout = browser.visit("/auth/logout").await;
    assert!(logout.location().contains("id_token_hint="), "r34: the first ID token still serves");
}

#[tokio::test]
async fn r11_tokens_of_somebody_else_end_the_session() {
    let world = World::start().await;
    for tamper in [Tamper::OtherSubject("usr_999999999999999999".to_owned()), Tamper::OtherSid] {
        let mut browser = world.expired(ADA).await;
        world.emulator.faults().tamper(tamper.clone());
        let answer = browser.visit("/maybe").await;
        assert_eq!(answer.body, "anonymous", "{tamper:?}");
        let left: Vec<_> = browser.jar.names().into_iter().filter(|name| !name.ends_with("-loop")).collect();
        assert_eq!(left, [""; 0], "{tamper:?}");
        world.emulator.faults().clear();
    }
    let mut browser = world.expired(ADA).await;
    world.emulator.faults().tamper(Tamper::OtherOrganization("org_999999999999999999".to_owned()));
    let answer = browser.visit("/maybe").await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len()), ("anonymous", 0), "13d: cookies stay");
}

#[tokio::test]
async fn r08_a_refused_refresh_ends_the_session_after_a_minute() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    world.on_refresh().inject(Fault::oauth(400, "invalid_grant"));
    let answer = browser.visit("/me").await;
    assert_eq!((answer.status, answer.location()), (303, "/me"), "16a: a page load asks itself again, once");
    let answer = browser.visit("/me").await;
    assert_eq!((answer.status, answer.location()), (303, "/auth/login?return_to=%2Fme"));
    let answer = browser.call("/me").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (401, 0));

    world.pass(Duration::from_secs(61));
    let answer = browser.call("/me").await;
    assert_eq!(answer.status, 401);
    assert!(answer.set_cookies().iter().all(|line| line.contains("Max-Age=0")), "16b: deleted");
    assert!(browser.jar.data_name().is_none(), "{:?}", browser.jar.names());
    assert_eq!(world.refreshes(), 1, "a refused token is not sent again");
}

#[tokio::test]
async fn r08_our_own_mistakes_log_nobody_out() {
    let world = World::start().await;
    for error in ["invalid_client", "unauthorized_client", "invalid_scope", "temporarily_unavailable"] {
        let mut browser = world.expired(ADA).await;
        world.on_refresh().inject(Fault::oauth(400, error));
        let answer = browser.call("/me").await;
        assert_eq!((answer.status, answer.set_cookies().len()), (503, 0), "{error}");
        world.emulator.faults().clear();
        world.pass(Duration::from_secs(11));
        assert_eq!(browser.call("/me").await.body, ADA_ID, "{error}");
    }
}

#[tokio::test]
async fn r09_a_token_that_is_still_good_is_served_when_the_early_refresh_fails() {
    let world = World::start().await;
    for fault in [Fault::status(502), Fault::oauth(400, "invalid_grant"), Fault::DropConnection] {
        let mut browser = world.due(ADA).await;
        world.on_refresh().inject(fault.clone());
        for request in [navigation("GET", "/me"), program("GET", "/admin")] {
            let answer = browser.send(request).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID), "{fault:?}");
            assert_eq!(answer.set_cookies(), [""; 0], "{fault:?}");
        }
        assert_eq!(world.refreshes(), 1, "{fault:?}");
        world.emulator.faults().clear();
    }
}

#[tokio::test]
async fn sessions_outlive_many_tokens_and_not_their_limit() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    for round in 1..=20 {
        world.pass(Duration::from_secs(299));
        assert_eq!(browser.visit("/me").await.body, ADA_ID, "round {round}");
    }
    assert_eq!(world.refreshes(), 20);
    world.pass(Duration::from_secs(31 * 24 * 3600));
    assert_eq!(browser.visit("/me").await.status, 303, "r28: past the absolute limit");
    assert_eq!(world.refreshes(), 20);
}
