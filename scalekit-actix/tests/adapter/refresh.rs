//! A handler that refreshes the session, after a change of roles for example.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, ServiceConfig};
use http::Request;
use scalekit_actix::{RefreshableSession, SessionRejection};
use scalekit_emulator::Fault;

use crate::support::{BOB, BOB_ID, Browser, Server, World, program};

/// What a handler says of a refresh: whether the session had the role before, and after.
async fn refreshed(session: &RefreshableSession) -> Result<String, SessionRejection> {
    let new = session.refresh().await?;
    let after = new.map(|new| new.has_role("admin"));
    Ok(format!("{} then {after:?}", session.has_role("admin")))
}

async fn twice(session: RefreshableSession) -> Result<String, SessionRejection> {
    Ok(format!("{}, {}", refreshed(&session).await?, refreshed(&session).await?))
}

/// Refreshes when the access token at hand has expired.
async fn refresh_late(
    world: web::Data<World>,
    session: RefreshableSession,
) -> Result<String, SessionRejection> {
    world.pass(Duration::from_secs(301));
    refreshed(&session).await
}

/// Refreshes while the body is sent.
async fn stream(session: RefreshableSession) -> HttpResponse {
    HttpResponse::Ok().streaming(futures_util::stream::once(async move {
        Ok::<_, SessionRejection>(match refreshed(&session).await {
            Ok(outcome) => Bytes::from(outcome),
            Err(rejection) => Bytes::from(rejection.to_string()),
        })
    }))
}

/// A world, and a browser in which Bob is signed in. He becomes an administrator afterwards.
async fn promoted() -> (Arc<World>, Browser) {
    let world = Arc::new(World::start().await);
    let late = web::Data::from(Arc::clone(&world));
    let app = Server::with(&world.scalekit, move |config: &mut ServiceConfig| {
        config
            .app_data(late.clone())
            .route("/refresh", web::to(async |session: RefreshableSession| refreshed(&session).await))
            .route("/late", web::to(refresh_late))
            .route("/twice", web::to(twice))
            .route("/stream", web::to(stream));
    });
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
