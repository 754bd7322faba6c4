//! An application that was put together wrongly is told so, and serves nobody.

use rocket::error::ErrorKind;
use rocket::{Either, get, routes};
use rocket::{Request, Route, catch, catchers};
use scalekit_rocket::{
    Authorized, Forwarding, MaybeSession, RefreshableSession, RejectionKind, Session, SessionFairing,
    SessionRejection,
};

use crate::support::{ADA, ADA_ID, CanReadInvoices, Logs, Server, World, application, unattached};

const FIX: &str = ".attach(SessionFairing::new(&scalekit))";

#[get("/")]
fn by_session(_session: Session) {}

#[get("/")]
fn by_maybe(_session: MaybeSession) {}

#[get("/")]
fn by_authorized(_session: Authorized<CanReadInvoices>) {}

#[get("/")]
fn by_refreshable(_session: RefreshableSession) {}

#[get("/")]
fn by_forwarding(_session: Forwarding<Session>) {}

#[get("/")]
fn by_option(_session: Option<Session>) {}

#[get("/")]
fn by_result(_session: Result<Session, SessionRejection>) {}

#[tokio::test]
async fn without_the_fairing_no_guard_launches_and_the_log_names_the_fix() {
    let guards: [(&str, Vec<Route>); 7] = [
        ("Session", routes![by_session]),
        ("MaybeSession", routes![by_maybe]),
        ("Authorized", routes![by_authorized]),
        ("RefreshableSession", routes![by_refreshable]),
        ("Forwarding", routes![by_forwarding]),
        ("Option", routes![by_option]),
        ("Result", routes![by_result]),
    ];
    for (name, routes) in guards {
        let logs = Logs::collect();
        let error = unattached().mount("/", routes).ignite().await.unwrap_err();
        match error.kind() {
            ErrorKind::SentinelAborts(aborts) => assert_eq!(aborts.len(), 1, "{name}"),
            other => panic!("{name}: {other}"),
        }
        let text = logs.text();
        assert!(text.contains("ERROR") && text.contains(FIX), "{name} logged: {text}");
    }
}

#[tokio::test]
async fn a_route_that_asks_for_no_session_needs_no_fairing() {
    #[get("/")]
    fn index() {}
    unattached().mount("/", routes![index]).ignite().await.unwrap();
}

/// A guard that asks another by hand, which Rocket does not know at launch.
struct Hidden;

#[rocket::async_trait]
impl<'r> rocket::request::FromRequest<'r> for Hidden {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> rocket::request::Outcome<Self, SessionRejection> {
        request.guard::<Session>().await.map(|_| Self)
    }
}

#[tokio::test]
async fn without_the_fairing_a_hidden_guard_answers_500_and_logs_the_fix() {
    #[get("/hidden")]
    fn hidden(_guard: Hidden) -> &'static str {
        "let in"
    }
    let world = World::start().await;
    let server = Server::start(unattached().mount("/", routes![hidden])).await;
    let logs = Logs::collect();
    let answer = world.browser_of(&server).call("/hidden").await;
    assert_eq!(answer.status, 500);
    assert!(logs.text().contains(FIX), "{}", logs.text());
    assert!(!answer.body.contains("fairing") && !answer.body.contains("let in"), "{}", answer.body);
}

#[tokio::test]
async fn a_route_of_the_application_at_one_of_our_paths_refuses_to_launch() {
    #[get("/auth/login")]
    fn login() {}
    let world = World::start().await;
    let error = world.application().mount("/", routes![login]).ignite().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Collisions(_)), "{}", error.kind());
}

#[tokio::test]
async fn an_application_may_answer_refusals_itself() {
    #[get("/own")]
    fn own(session: Result<Session, SessionRejection>) -> Either<String, SessionRejection> {
        match session {
            Ok(session) => Either::Left(session.user_id().to_owned()),
            Err(rejection) if rejection.kind() == RejectionKind::Unauthenticated => {
                Either::Left("who are you?".to_owned())
            }
            Err(other) => Either::Right(other),
        }
    }
    let world = World::start().await;
    let server = Server::start(world.application().mount("/", routes![own])).await;
    let mut browser = world.browser_of(&server);
    let answer = browser.visit("/own").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "who are you?"));
    assert!(answer.is_private());
    browser.log_in(&world.emulator, ADA, "/me").await;
    assert_eq!(browser.visit("/own").await.body, ADA_ID);
    browser.origin = "http://app.evil.test".to_owned();
    assert_eq!(browser.visit("/own").await.status, 421, "a rejection is a responder");
}

#[catch(403)]
fn own_403(
    status: rocket::http::Status,
    request: &Request<'_>,
) -> Either<&'static str, Option<SessionRejection>> {
    match SessionRejection::of(status, request) {
        Some(rejection) if rejection.kind() == RejectionKind::Forbidden => Either::Left("our own 403"),
        other => Either::Right(other),
    }
}

#[catch(401)]
fn api_401() -> &'static str {
    "our own 401"
}

#[catch(default)]
fn own_default(status: rocket::http::Status, _: &Request<'_>) -> String {
    format!("our own default: {status}")
}

#[get("/refused")]
fn refused() -> rocket::http::Status {
    rocket::http::Status::Unauthorized
}

#[tokio::test]
async fn catchers_of_the_application_come_before_ours_and_keep_the_new_cookies() {
    let world = World::start().await;
    let app = world
        .application()
        .register("/", catchers![own_403, own_default])
        .register("/nested", catchers![api_401])
        .mount("/", routes![refused]);
    let server = Server::start(app).await;
    let mut bob = world.browser_of(&server);
    bob.jar = world.expired(crate::support::BOB).await.jar;
    for (path, body) in [("/invoices", "our own 403"), ("/failed/404", "our own default: 404 Not Found")] {
        let answer = bob.visit(path).await;
        assert_eq!(answer.body, body, "{path}");
        assert!(!answer.set_cookies().is_empty(), "{path} hands the successor out");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
        world.pass(std::time::Duration::from_secs(301));
    }

    let mut stranger = world.browser_of(&server);
    assert_eq!(stranger.visit("/me").await.status, 303, "ours, where the application has none");
    assert_eq!(stranger.visit("/nested/inner/me").await.body, "our own 401", "a longer base is nearer");
    let answer = stranger.visit("/refused").await;
    assert_eq!(answer.body, "our own default: 401 Unauthorized", "no guard refused: not our business");
}

#[tokio::test]
async fn a_401_of_the_application_is_as_it_would_be_without_us() {
    let world = World::start().await;
    let with = Server::start(world.application().mount("/", routes![refused])).await;
    let without = Server::start(unattached().mount("/", routes![refused])).await;
    let answers =
        [world.browser_of(&with).call("/refused").await, world.browser_of(&without).call("/refused").await];
    let [with, without] =
        answers.map(|answer| (answer.status, answer.header("content-type").to_owned(), answer.body));
    assert_eq!(with, without);
}

#[tokio::test]
async fn the_fairing_twice_does_the_work_of_one() {
    let world = World::start().await;
    let twice = application(&world.scalekit).attach(SessionFairing::new(&world.scalekit));
    let server = Server::start(twice).await;
    let mut browser = world.browser_of(&server);
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
