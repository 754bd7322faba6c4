//! An application that was put together wrongly is told so, and serves nobody.

use axum::Router;
use axum::routing::get;
use http::Request;
use scalekit_axum::{
    Authorized, MaybeSession, RefreshableSession, RejectionKind, RequireLayer, Session, SessionRejection,
};
use tower::ServiceExt;

use crate::support::{ADA, ADA_ID, CanReadInvoices, Logs, World, application};

const FIX: &str = ".layer(SessionLayer::new(&scalekit))";

#[tokio::test]
async fn without_the_layer_every_extractor_answers_500_and_logs_the_fix() {
    let app = Router::new()
        .route("/me", get(async |_: Session| ()))
        .route("/maybe", get(async |_: MaybeSession| ()))
        .route("/optional", get(async |_: Option<Session>| ()))
        .route("/invoices", get(async |_: Authorized<CanReadInvoices>| ()))
        .route("/refresh", get(async |_: RefreshableSession| ()))
        .route("/guarded", get(async || ()).route_layer(RequireLayer::authenticated()))
        .route("/admin", get(async || ()).route_layer(RequireLayer::role("admin")));
    for path in ["/me", "/maybe", "/optional", "/invoices", "/refresh", "/guarded", "/admin"] {
        let logs = Logs::collect();
        let request = Request::builder().uri(path).body(axum::body::Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500, "{path}");
        let text = logs.text();
        assert!(text.contains("ERROR") && text.contains(FIX), "{path} logged: {text}");
        let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
        assert!(!body.is_empty() && !String::from_utf8_lossy(&body).contains("layer"), "{path}: {body:?}");
    }
}

#[tokio::test]
async fn a_layer_below_the_guard_is_as_good_as_none() {
    let world = World::start().await;
    let inside = application(&world.scalekit).layer(RequireLayer::authenticated());
    let logs = Logs::collect();
    let mut browser = world.browser_of(inside);
    assert_eq!(browser.call("/public").await.status, 500);
    assert!(logs.text().contains(FIX));
}

#[tokio::test]
async fn an_application_may_answer_refusals_itself() {
    async fn own(session: Result<Session, SessionRejection>) -> String {
        match session {
            Ok(session) => session.user_id().to_owned(),
            Err(rejection) if rejection.kind() == RejectionKind::Unauthenticated => "who are you?".to_owned(),
            Err(other) => other.to_string(),
        }
    }
    let world = World::start().await;
    let app = application(&world.scalekit)
        .route("/own", get(own))
        .layer(scalekit_axum::SessionLayer::new(&world.scalekit));
    let mut browser = world.browser_of(app);
    let answer = browser.visit("/own").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "who are you?"));
    assert!(answer.is_private());
    browser.log_in(&world.emulator, ADA, "/me").await;
    assert_eq!(browser.visit("/own").await.body, ADA_ID);
}

#[tokio::test]
async fn the_layer_twice_does_the_work_of_one() {
    let world = World::start().await;
    let twice = application(&world.scalekit).layer(scalekit_axum::SessionLayer::new(&world.scalekit));
    let mut browser = world.browser_of(twice);
    browser.log_in(&world.emulator, ADA, "/me").await;
    world.pass(std::time::Duration::from_secs(301));
    let answer = browser.visit("/me").await;
    assert_eq!((answer.status, world.refreshes()), (200, 1));
    let lines = answer.set_cookies();
    let names: Vec<_> = lines.iter().filter_map(|line| line.split('=').next()).collect();
    let mut unique = names.clone();
    unique.dedup();
    assert_eq!(names, unique, "no cookie is written twice");
    assert!(answer.is_private(), "{:?}", answer.headers);
}

#[tokio::test]
async fn r46_the_log_of_a_session_tells_no_secret() {
    let world = World::start().await;
    let logs = Logs::collect();
    let mut browser = world.browser();
    browser.log_in(&world.emulator, ADA, "/me").await;
    world.pass(std::time::Duration::from_secs(301));
    assert_eq!(browser.visit("/me").await.status, 200);
    let values: Vec<String> =
        browser.jar.names().iter().filter_map(|name| browser.jar.value(name)).map(str::to_owned).collect();
    browser.visit("/auth/logout").await;
    let text = logs.text();
    assert!(text.contains("signed in"), "{text}");
    for value in values {
        assert!(!text.contains(&value), "a cookie is in the log");
    }
    assert!(!text.contains("eyJ"), "a token is in the log: {text}");
}
