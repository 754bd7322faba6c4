//! Routes by rank: who is passed on to the next route, and who never is.

#![expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]

use std::sync::Arc;

use rocket::http::Status;
use rocket::{Route, get, routes};
use scalekit_emulator::Fault;
use scalekit_rocket::{Authorized, Forwarding, Session};

use crate::support::{ADA, ADA_ID, Admin, BOB, BOB_ID, Browser, Server, World, program};

#[get("/home")]
fn for_admins(session: Forwarding<Authorized<Admin>>) -> String {
    format!("admin {}", session.user_id())
}

#[get("/home", rank = 2)]
fn for_users(session: Forwarding<Session>) -> String {
    format!("user {}", session.into_inner().user_id())
}

#[get("/home", rank = 3)]
fn for_everybody() -> &'static str {
    "front page"
}

#[get("/office")]
fn office(session: Forwarding<Authorized<Admin>>) -> String {
    session.user_id().to_owned()
}

#[get("/strict")]
fn strict(_session: Session) {}

#[get("/strict", rank = 2)]
fn behind_strict() -> &'static str {
    "reached by accident"
}

/// Refuses for reasons of its own.
#[get("/pay")]
fn pay(_session: Forwarding<Authorized<Admin>>) {}

#[get("/pay", rank = 2)]
fn cannot_pay(_session: Forwarding<Session>) -> Status {
    Status::Forbidden
}

#[get("/pay", rank = 3)]
fn wrong_password() -> Status {
    Status::Unauthorized
}

fn ranked() -> Vec<Route> {
    routes![
        for_admins,
        for_users,
        for_everybody,
        office,
        strict,
        behind_strict,
        pay,
        cannot_pay,
        wrong_password
    ]
}

async fn serve(world: &World) -> Arc<Server> {
    Server::start(world.application().mount("/", ranked())).await
}

fn at(server: &Arc<Server>, browser: Browser) -> Browser {
    Browser { app: Arc::clone(server), ..browser }
}

#[tokio::test]
async fn everybody_gets_the_route_of_their_rank() {
    let world = World::start().await;
    let server = serve(&world).await;
    let mut ada = at(&server, world.signed_in(ADA).await);
    let mut bob = at(&server, world.signed_in(BOB).await);
    let mut nobody = world.browser_of(&server);
    assert_eq!(ada.visit("/home").await.body, format!("admin {ADA_ID}"));
    assert_eq!(bob.visit("/home").await.body, format!("user {BOB_ID}"));
    let answer = nobody.visit("/home").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "front page"));
    assert!(answer.is_private(), "r24: it asked: {:?}", answer.headers);
}

#[tokio::test]
async fn r09_an_outage_is_never_passed_on() {
    let world = World::start().await;
    let server = serve(&world).await;
    let mut ada = at(&server, world.expired(ADA).await);
    world.on_refresh().inject(Fault::status(503));
    for answer in [ada.visit("/home").await, ada.call("/home").await] {
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
        assert_eq!(answer.set_cookies(), [""; 0]);
    }
}

#[tokio::test]
async fn r51_a_foreign_host_is_never_passed_on() {
    let world = World::start().await;
    let server = serve(&world).await;
    let mut ada = at(&server, world.signed_in(ADA).await);
    ada.origin = "http://app.evil.test".to_owned();
    assert_eq!(ada.call("/home").await.status, 421);
}

#[tokio::test]
async fn r48_when_no_route_is_left_it_is_refused_like_any_other() {
    let world = World::start().await;
    let server = serve(&world).await;
    let mut bob = at(&server, world.signed_in(BOB).await);
    let mut nobody = world.browser_of(&server);
    let answer = nobody.visit("/office").await;
    assert_eq!((answer.status, answer.location()), (303, "/auth/login?return_to=%2Foffice"));
    assert_eq!(nobody.call("/office").await.status, 401);
    let answer = bob.call("/office").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("role admin"), "{}", answer.body);
}

#[tokio::test]
async fn guards_fail_and_do_not_forward() {
    let world = World::start().await;
    let server = serve(&world).await;
    let nobody = world.browser_of(&server);
    assert_eq!(nobody.look(program("GET", "/strict")).await.status, 401);
}

#[tokio::test]
async fn a_route_that_took_over_answers_for_itself() {
    let world = World::start().await;
    let server = serve(&world).await;
    let mut bob = at(&server, world.signed_in(BOB).await);
    let answer = bob.call("/pay").await;
    assert_eq!(answer.status, 403);
    assert!(!answer.body.contains("role admin"), "that is not why: {}", answer.body);
    let mut nobody = world.browser_of(&server);
    let answer = nobody.visit("/pay").await;
    assert_eq!((answer.status, answer.location()), (401, ""), "the application's own 401");
}
