//! An application that was put together wrongly is told so, and serves nobody.

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpResponse};
use scalekit_actix::{
    Authorized, MaybeSession, RefreshableSession, RejectionKind, RequireMiddleware, Session,
    SessionMiddleware, SessionRejection, routes,
};

use crate::support::{ADA, ADA_ID, CanReadInvoices, Logs, Server, World, application};

const FIX: &str = ".wrap(SessionMiddleware::new(&scalekit))";

#[actix_web::test]
async fn without_the_middleware_every_extractor_answers_500_and_logs_the_fix() {
    let app = App::new()
        .route("/me", web::get().to(async |_: Session| ""))
        .route("/maybe", web::get().to(async |_: MaybeSession| ""))
        .route("/invoices", web::get().to(async |_: Authorized<CanReadInvoices>| ""))
        .route("/refresh", web::get().to(async |_: RefreshableSession| ""))
        .route("/guarded", web::get().to(async || "").wrap(RequireMiddleware::authenticated()))
        .service(
            web::scope("/admin").default_service(web::to(async || "")).wrap(RequireMiddleware::role("admin")),
        );
    let app = init_service(app).await;
    for path in ["/me", "/maybe", "/invoices", "/refresh", "/guarded", "/admin/"] {
        let logs = Logs::collect();
        let response = call_service(&app, TestRequest::with_uri(path).to_request()).await;
        assert_eq!(response.status(), 500, "{path}");
        let text = logs.text();
        assert!(text.contains("ERROR") && text.contains(FIX), "{path} logged: {text}");
        let body = read_body(response).await;
        assert!(!body.is_empty() && !String::from_utf8_lossy(&body).contains("wrap"), "{path}: {body:?}");
    }
}

/// What the documentation of `Session` warns of: actix-web decides this, for every extractor.
#[actix_web::test]
async fn without_the_middleware_an_option_is_nobody_and_logs_the_fix() {
    let app = App::new().route(
        "/optional",
        web::get().to(async |session: Option<Session>| if session.is_none() { "none" } else { "some" }),
    );
    let app = init_service(app).await;
    let logs = Logs::collect();
    let response = call_service(&app, TestRequest::with_uri("/optional").to_request()).await;
    assert_eq!(read_body(response).await, "none");
    assert!(logs.text().contains(FIX));
}

#[actix_web::test]
async fn a_middleware_below_the_guard_is_as_good_as_none() {
    let world = World::start().await;
    let app = App::new()
        .configure(application)
        .wrap(SessionMiddleware::new(&world.scalekit))
        .wrap(RequireMiddleware::authenticated());
    let app = init_service(app).await;
    let logs = Logs::collect();
    assert_eq!(call_service(&app, TestRequest::with_uri("/public").to_request()).await.status(), 500);
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
    let server = Server::with(&world.scalekit, |config: &mut ServiceConfig| {
        config.route("/own", web::get().to(own));
    });
    let mut browser = world.browser_of(server);
    let answer = browser.visit("/own").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "who are you?"));
    assert!(answer.is_private());
    browser.log_in(&world.emulator, ADA, "/me").await;
    assert_eq!(browser.visit("/own").await.body, ADA_ID);
}

#[tokio::test]
async fn the_middleware_twice_does_the_work_of_one() {
    let world = World::start().await;
    let scalekit = world.scalekit.clone();
    let server = Server::with(&world.scalekit, move |config: &mut ServiceConfig| {
        let twice = web::scope("/twice").configure(application).wrap(SessionMiddleware::new(&scalekit));
        config.service(twice);
    });
    let mut browser = world.browser_of(server);
    browser.log_in(&world.emulator, ADA, "/me").await;
    world.pass(std::time::Duration::from_secs(301));
    let answer = browser.visit("/twice/me").await;
    assert_eq!((answer.status, world.refreshes()), (200, 1));
    let lines = answer.set_cookies();
    let names: Vec<_> = lines.iter().filter_map(|line| line.split('=').next()).collect();
    let mut unique = names.clone();
    unique.dedup();
    assert_eq!(names, unique, "no cookie is written twice");
    assert!(answer.is_private(), "{:?}", answer.headers);
}

#[actix_web::test]
async fn our_routes_leave_the_others_alone() {
    let world = World::start().await;
    let app = App::new()
        .configure(routes(&world.scalekit))
        .route("/auth/other", web::get().to(async || "ours"))
        .default_service(web::to(async || HttpResponse::NotFound().body("theirs")));
    let app = init_service(app).await;
    for (path, status) in [
        ("/auth/login", 303),
        ("/auth/callback", 400),
        ("/auth/other", 200),
        ("/auth/login/", 404),
        ("/auth/loginx", 404),
        ("/", 404),
    ] {
        let request = TestRequest::with_uri(path).insert_header(("host", "localhost:3000")).to_request();
        assert_eq!(call_service(&app, request).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn r46_the_log_of_a_session_tells_no_secret() {
    let logs = Logs::collect();
    let world = World::start().await;
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
