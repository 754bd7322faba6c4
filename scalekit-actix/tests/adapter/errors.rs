//! Errors that pass the middleware: a successor's cookies must not be lost with them.

use std::fmt;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error, HttpMessage, HttpResponse, ResponseError};
use scalekit_actix::{MaybeSession, Session, SessionMiddleware};

use crate::support::{ADA, ADA_ID, Server, World};

/// An error of the application.
#[derive(Debug)]
struct OutOfPaper;

impl fmt::Display for OutOfPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of paper")
    }
}

impl ResponseError for OutOfPaper {
    fn status_code(&self) -> StatusCode {
        StatusCode::IM_A_TEAPOT
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code())
            .insert_header(("set-cookie", "tray=2; Path=/"))
            .insert_header(("vary", "accept"))
            .body("paper, please")
    }
}

async fn fail_after<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    next.call(request).await?;
    Err(OutOfPaper.into())
}

async fn fail_before<B: MessageBody>(
    _: Session,
    _: ServiceRequest,
    _: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    Err(OutOfPaper.into())
}

async fn keep_out<B: MessageBody>(
    session: MaybeSession,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    match session {
        MaybeSession::Active(_) => next.call(request).await,
        _ => Err(OutOfPaper.into()),
    }
}

/// A guard as an application may write it: what its extractor refuses is an error as well.
async fn signed_in<B: MessageBody>(
    _: Session,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    next.call(request).await
}

fn failing(config: &mut ServiceConfig) {
    let me = || web::get().to(async |session: Session| session.user_id().to_owned());
    config
        .route("/handler", web::get().to(async |_: Session| Err::<&str, _>(OutOfPaper)))
        .service(web::resource("/after").route(me()).wrap(from_fn(fail_after)))
        .service(web::resource("/before").route(me()).wrap(from_fn(fail_before)))
        .service(web::resource("/kept-out").route(me()).wrap(from_fn(keep_out)))
        .service(
            web::scope("/own").service(web::resource("/guard/{id}").route(me())).wrap(from_fn(signed_in)),
        );
}

#[tokio::test]
async fn r24_an_error_of_an_inner_middleware_hands_the_successor_out() {
    let world = World::start().await;
    let server = Server::with(&world.scalekit, failing);
    for path in ["/handler", "/after", "/before"] {
        let mut browser = world.expired(ADA).await;
        browser.app = std::sync::Arc::clone(&server);
        let answer = browser.visit(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (418, "paper, please"), "{path}");
        let lines = answer.set_cookies();
        assert_eq!(lines[0], "tray=2; Path=/", "{path}: its own cookie stays");
        assert!(lines.len() > 1, "{path}: {lines:?}");
        assert!(answer.is_private(), "{path}: {:?}", answer.headers);
        assert_eq!(answer.header("vary"), "accept, Cookie", "{path}");
        // A minute later nobody keeps the successor any more: what counts is what arrived.
        world.pass(Duration::from_secs(61));
        assert_eq!(browser.visit("/me").await.body, ADA_ID, "{path}");
        assert_eq!(world.refreshes(), 1, "{path}: the browser has the new cookies");
    }
}

#[tokio::test]
async fn r24_an_error_for_nobody_is_private_too() {
    let world = World::start().await;
    let mut browser = world.browser_of(Server::with(&world.scalekit, failing));
    let answer = browser.visit("/kept-out").await;
    assert_eq!(answer.status, 418);
    assert!(answer.is_private(), "{:?}", answer.headers);
    assert_eq!(answer.set_cookies(), ["tray=2; Path=/"]);
}

#[tokio::test]
async fn an_applications_own_middleware_may_ask_for_a_session() {
    let world = World::start().await;
    let server = Server::with(&world.scalekit, failing);
    let mut browser = world.expired(ADA).await;
    browser.app = std::sync::Arc::clone(&server);
    let answer = browser.visit("/own/guard/7").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID));
    assert!(!answer.set_cookies().is_empty());
    assert_eq!(world.refreshes(), 1, "middleware and handler share one look");

    let mut nobody = world.browser_of(server);
    let page = nobody.visit("/own/guard/7").await;
    assert_eq!((page.status, page.location()), (303, "/auth/login?return_to=%2Fown%2Fguard%2F7"));
    let program = nobody.call("/own/guard/7").await;
    assert_eq!(program.status, 401);
    for answer in [page, program] {
        assert!(answer.is_private(), "{:?}", answer.headers);
        assert_eq!(answer.headers.get_all("cache-control").iter().count(), 1);
    }
}

/// The error stays the application's: what is further out can tell which one it is, and may show it more than once.
#[actix_web::test]
async fn an_error_stays_what_it_is_and_shows_the_same_twice() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let app = App::new().configure(failing).wrap(SessionMiddleware::new(&world.scalekit));
    let app = init_service(app).await;
    let request = TestRequest::with_uri("/before")
        .insert_header(("host", "localhost:3000"))
        .insert_header(("cookie", browser.jar.header().unwrap()))
        .to_request();
    let error = try_call_service(&app, request).await.unwrap_err();
    assert!(error.as_error::<OutOfPaper>().is_some());
    let lines =
        |response: &HttpResponse| -> Vec<_> { response.headers().get_all("set-cookie").cloned().collect() };
    let (first, second) = (error.error_response(), error.error_response());
    assert!(lines(&first).len() > 1);
    assert_eq!(lines(&first), lines(&second));
    assert_eq!(world.refreshes(), 1);
}

#[actix_web::test]
async fn an_error_of_a_request_that_nobody_asked_about_is_left_alone() {
    let world = World::start().await;
    let app = App::new()
        .route("/public", web::get().to(async || "public"))
        .wrap(from_fn(fail_after))
        .wrap(SessionMiddleware::new(&world.scalekit));
    let app = init_service(app).await;
    let request = TestRequest::with_uri("/public").to_request();
    assert!(!request.extensions().contains::<Session>());
    let error = try_call_service(&app, request).await.unwrap_err();
    let response = error.error_response();
    assert!(!response.headers().contains_key("cache-control"));
    assert_eq!(response.headers().get("vary").unwrap(), "accept");
}
