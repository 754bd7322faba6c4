//! The application that the suite talks to.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE, VARY};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{any, get, post};
use futures_util::{StreamExt, stream};
use scalekit_axum::{
    Authorized, MaybeSession, RequireLayer, Requirement, Requires, Scalekit, ScalekitBuilder, Session,
    SessionLayer, routes,
};
use scalekit_conformance::{Application, Environment};
use scalekit_session::Timestamp;
use scalekit_session::testing::ManualClock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) struct AxumApplication {
    address: SocketAddr,
    clock: ManualClock,
    server: JoinHandle<()>,
}

impl Application for AxumApplication {
    async fn start(environment: Environment) -> Self {
        let clock = ManualClock::at(Timestamp::from_secs(environment.now));
        let scalekit = ScalekitBuilder::from_vars(|name| environment.variable(name))
            .clock(clock.clone())
            .build()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = router(&scalekit);
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, clock, server }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    async fn stop(self) {
        self.server.abort();
    }
}

struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:read")
    }
}

fn router(scalekit: &Scalekit) -> Router {
    let me = async |session: Session| session.user_id().to_owned();
    Router::new()
        .route("/public", any(async || "public"))
        .route("/me", any(me))
        .route("/api/me", any(me))
        .route("/maybe", any(maybe))
        .route("/name", get(name))
        .route("/invoices", get(async |caller: Authorized<CanReadInvoices>| caller.user_id().to_owned()))
        .route("/admin", get(me).route_layer(RequireLayer::role("admin")))
        .route(
            "/status/{code}",
            get(async |_: Session, Path(code): Path<u16>| StatusCode::from_u16(code).unwrap()),
        )
        .route("/moved", get(async |_: Session| (StatusCode::SEE_OTHER, [(LOCATION, "/public")])))
        .route("/cached", get(cached))
        .route("/own-cookies", get(own_cookies))
        .route(
            "/stream",
            get({
                let scalekit = scalekit.clone();
                async move |session: Session| events(&scalekit, &session)
            }),
        )
        .route("/slow", post(slow))
        .route(
            "/waiting",
            get(async |State(readers): State<Readers>| readers.0.load(Ordering::SeqCst).to_string()),
        )
        .with_state(Readers::default())
        .merge(routes(scalekit))
        .layer(SessionLayer::new(scalekit))
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

async fn cached(_: Session) -> impl IntoResponse {
    let headers = [(CACHE_CONTROL, "public, max-age=60"), (VARY, "accept-encoding")];
    (headers, [("cdn-cache-control", "max-age=60")], "for everybody, says the handler")
}

async fn own_cookies(_: Session) -> impl IntoResponse {
    AppendHeaders([(SET_COOKIE, "theme=dark; Path=/"), (SET_COOKIE, "language=en, or so; Path=/")])
}

/// One event, and nothing more until the session is over.
fn events(scalekit: &Scalekit, session: &Session) -> impl IntoResponse + use<> {
    let hello = Ok::<_, Infallible>(format!("data: hello {}\n\n", session.user_id()));
    let mut watch = scalekit.watch(session);
    let end = stream::once(async move { watch.ended().await }).filter_map(async |_| None);
    let body = Body::from_stream(stream::iter([hello]).chain(end));
    ([(CONTENT_TYPE, "text/event-stream")], body)
}

/// How many handlers are reading.
#[derive(Clone, Default)]
struct Readers(Arc<AtomicUsize>);

async fn slow(session: MaybeSession, State(readers): State<Readers>, request: Request) -> String {
    readers.0.fetch_add(1, Ordering::SeqCst);
    axum::body::to_bytes(request.into_body(), 65_536).await.unwrap();
    readers.0.fetch_sub(1, Ordering::SeqCst);
    maybe(session).await
}
