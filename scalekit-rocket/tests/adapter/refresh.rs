//! A handler that refreshes the session, after a change of roles for example.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use rocket::response::stream::TextStream;
use rocket::{State, get, post, routes};
use scalekit_emulator::Fault;
use scalekit_rocket::{RefreshableSession, SessionRejection};

use crate::support::{BOB, BOB_ID, Browser, Server, World, program};

/// What a handler says of a refresh: whether the session had the role before, and after.
async fn refreshed(session: &RefreshableSession) -> Result<String, SessionRejection> {
    let new = session.refresh().await?;
    let after = new.map(|new| new.has_role("admin"));
    Ok(format!("{} then {after:?}", session.has_role("admin")))
}

#[post("/refresh")]
async fn refresh(session: RefreshableSession) -> Result<String, SessionRejection> {
    refreshed(&session).await
}

#[get("/twice")]
async fn twice(session: RefreshableSession) -> Result<String, SessionRejection> {
    Ok(format!("{}, {}", refreshed(&session).await?, refreshed(&session).await?))
}

/// Refreshes when the access token at hand has expired.
#[post("/late")]
async fn refresh_late(
    world: &State<Arc<World>>,
    session: RefreshableSession,
) -> Result<String, SessionRejection> {
    world.pass(Duration::from_secs(301));
    refreshed(&session).await
}

/// Refreshes while the body is sent.
#[get("/stream")]
fn stream(session: RefreshableSession) -> TextStream![String] {
    TextStream! {
        let outcome = refreshed(&session).await;
        yield outcome.unwrap_or_else(|rejection| rejection.to_string());
    }
}

/// A world, and a browser in which Bob is signed in. He becomes an administrator afterwards.
async fn promoted() -> (Arc<World>, Browser) {
    let world = Arc::new(World::start().await);
    let app = world.application().mount("/", routes![refresh, refresh_late, twice, stream]);
    let app = Server::start(app.manage(Arc::clone(&world))).await;
    let browser = Browser { app, ..world.signed_in(BOB).await };
    world.emulator.set_roles(BOB, None, ["admin"]);
    (world, browser)
}

#[tokio::test]
async fn r12_a_handler_refreshes_and_sees_the_new_roles_at_once() {
    let (world, mut browser) = promoted().await;
    assert_eq!(browser.call("/admin").await.status, 403, "the token at hand says otherwise");

    let answer = browser.send(program("POST", "/refresh")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "false then Some(true)"));
    assert_eq!(world.refreshes(), 1);
    assert!(!answer.set_cookies().is_empty(), "the response carries the new session");
    assert!(answer.is_private(), "{:?}", answer.headers);

    let answer = browser.call("/admin").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, BOB_ID), "the next request has the new roles");
    assert_eq!((world.refreshes(), answer.set_cookies().len()), (1, 0));
}

#[tokio::test]
async fn r01_a_request_refreshes_once() {
    let (world, mut browser) = promoted().await;
    assert_eq!(browser.call("/twice").await.body, "false then Some(true), false then Some(true)");
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn r51_a_refused_request_refreshes_nothing() {
    let (world, browser) = promoted().await;
    let stranger = Browser { jar: Default::default(), ..browser.clone() };
    assert_eq!(stranger.look(program("POST", "/refresh")).await.status, 401);

    let forged = || Request::builder().method("POST").header("origin", "https://evil.test");
    for request in [forged().header("sec-fetch-site", "cross-site"), forged()] {
        let answer = browser.look(request.uri("/refresh")).await;
        assert_eq!(answer.status, 403);
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["code"], "cross_origin");
    }
    assert_eq!(world.refreshes(), 0);
}

#[tokio::test]
async fn r09_a_refresh_that_fails_takes_no_session_away() {
    let (world, mut browser) = promoted().await;
    world.on_refresh().inject(Fault::status(503));
    let answer = browser.send(program("POST", "/refresh")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "false then None"));
    assert_eq!((world.refreshes(), answer.set_cookies().len()), (1, 0));
    assert_eq!(browser.call("/me").await.body, BOB_ID);

    world.emulator.faults().clear();
    world.pass(Duration::from_secs(11));
    assert_eq!(browser.send(program("POST", "/refresh")).await.body, "false then Some(true)");
}

#[tokio::test]
async fn r09_an_outage_is_unavailable_once_the_token_at_hand_has_expired() {
    let (world, browser) = promoted().await;
    world.on_refresh().inject(Fault::status(503));
    let answer = browser.look(program("POST", "/late")).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[tokio::test]
async fn a_refused_refresh_ends_the_session_once_the_token_at_hand_has_expired() {
    for (path, status) in [("/refresh", 200), ("/late", 401)] {
        let (world, browser) = promoted().await;
        world.emulator.revoke_user_sessions(BOB);
        let answer = browser.look(program("POST", path)).await;
        assert_eq!((answer.status, world.refreshes()), (status, 1), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn r26_a_body_that_is_being_sent_refreshes_nothing() {
    let (world, mut browser) = promoted().await;
    let answer = browser.call("/stream").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "there is no session"));
    assert_eq!((world.refreshes(), answer.set_cookies().len()), (0, 0));
    assert_eq!(browser.call("/me").await.body, BOB_ID);
}
