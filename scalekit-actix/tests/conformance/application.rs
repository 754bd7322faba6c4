//! The application that the suite talks to.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY};
use actix_web::web::{self, Bytes, Data, Path, Payload, ServiceConfig};
use actix_web::{App, HttpResponse, HttpResponseBuilder, HttpServer, Responder};
use futures_util::{StreamExt, stream};
use scalekit_actix::{
    Authorized, MaybeSession, RequireMiddleware, Requirement, Requires, Scalekit, ScalekitBuilder, Session,
    SessionMiddleware, routes,
};
use scalekit_conformance::{Application, Environment};
use scalekit_session::Timestamp;
use scalekit_session::testing::ManualClock;

/// More than one, so that what belongs to one worker shows.
const WORKERS: usize = 2;

pub(crate) struct ActixApplication {
    address: SocketAddr,
    clock: ManualClock,
    handle: ServerHandle,
}

impl Application for ActixApplication {
    async fn start(environment: Environment) -> Self {
        let clock = ManualClock::at(Timestamp::from_secs(environment.now));
        let builder = ScalekitBuilder::from_vars(|name| environment.variable(name));
        let scalekit = builder.clock(clock.clone()).build().unwrap();
        let readers = Data::new(Readers::default());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(readers.clone())
                .app_data(Data::new(scalekit.clone()))
                .configure(pages)
                .configure(routes(&scalekit))
                .wrap(SessionMiddleware::new(&scalekit))
        });
        // However slow the machine: nobody's connection is closed for being idle.
        let server = server.keep_alive(Duration::from_secs(600)).client_request_timeout(Duration::ZERO);
        let server = server.workers(WORKERS).disable_signals().shutdown_timeout(0);
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let address = *server.addrs().first().unwrap();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { address, clock, handle }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    async fn stop(self) {
        self.handle.stop(false).await;
    }
}

struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:read")
    }
}

fn pages(config: &mut ServiceConfig) {
    config
        .route("/public", web::to(async || "public"))
        .route("/me", web::to(me))
        .route("/api/me", web::to(me))
        .route("/maybe", web::to(maybe))
        .route("/name", web::get().to(name))
        .route(
            "/invoices",
            web::get().to(async |caller: Authorized<CanReadInvoices>| caller.user_id().to_owned()),
        )
        .service(web::resource("/admin").get(me).wrap(RequireMiddleware::role("admin")))
        .route("/status/{code}", web::get().to(async |_: Session, code: Path<u16>| status(*code).finish()))
        .route(
            "/moved",
            web::get().to(async |_: Session| status(303).append_header((LOCATION, "/public")).finish()),
        )
        .route("/cached", web::get().to(cached))
        .route("/own-cookies", web::get().to(own_cookies))
        .route("/stream", web::get().to(events))
        .route("/slow", web::post().to(slow))
        .route(
            "/waiting",
            web::get().to(async |readers: Data<Readers>| readers.0.load(Ordering::SeqCst).to_string()),
        );
}

async fn me(session: Session) -> String {
    session.user_id().to_owned()
}

async fn maybe(session: MaybeSession) -> String {
    match session {
        MaybeSession::Active(session) => format!("active {}", session.user_id()),
        MaybeSession::Anonymous => "anonymous".to_owned(),
        MaybeSession::Unavailable { retry_after } => format!("unavailable {}", retry_after.as_secs()),
        other => format!("{other:?}"),
    }
}

async fn name(session: Session) -> String {
    session.profile().and_then(|profile| profile.name.clone()).unwrap_or_default()
}

fn status(code: u16) -> HttpResponseBuilder {
    HttpResponse::build(StatusCode::from_u16(code).unwrap())
}

async fn cached(_: Session) -> impl Responder {
    status(200)
        .append_header((CACHE_CONTROL, "public, max-age=60"))
        .append_header(("cdn-cache-control", "max-age=60"))
        .append_header((VARY, "accept-encoding"))
        .body("for everybody, says the handler")
}

async fn own_cookies(_: Session) -> impl Responder {
    status(200)
        .append_header((SET_COOKIE, "theme=dark; Path=/"))
        .append_header((SET_COOKIE, "language=en, or so; Path=/"))
        .finish()
}

/// One event, and nothing more until the session is over.
async fn events(session: Session, scalekit: Data<Scalekit>) -> impl Responder {
    let hello = Ok::<_, Infallible>(Bytes::from(format!("data: hello {}\n\n", session.user_id())));
    let mut watch = scalekit.watch(&session);
    let end = stream::once(async move { watch.ended().await }).filter_map(async |_| None);
    let body = Box::pin(stream::iter([hello]).chain(end));
    status(200).append_header((CONTENT_TYPE, "text/event-stream")).streaming(body)
}

/// How many handlers are reading.
#[derive(Clone, Default)]
struct Readers(Arc<AtomicUsize>);

async fn slow(session: MaybeSession, readers: Data<Readers>, mut body: Payload) -> String {
    readers.0.fetch_add(1, Ordering::SeqCst);
    while body.next().await.is_some() {}
    readers.0.fetch_sub(1, Ordering::SeqCst);
    maybe(session).await
}
