//! The layer and the guard around plain tower services, without an axum router.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use scalekit_axum::{RequireLayer, Scalekit, SessionLayer};
use scalekit_session::SessionState;
use scalekit_session::adapter::Exchange;
use scalekit_session::testing::{TestEnvironment, TestUser};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

type Body = Full<Bytes>;

fn request(path: &str, cookies: Option<&str>) -> Request<Body> {
    let request = Request::builder().uri(path).header("host", "app.test");
    let request = match cookies {
        Some(cookies) => request.header("cookie", cookies),
        None => request,
    };
    request.body(Body::default()).unwrap()
}

fn signed_in(environment: &TestEnvironment, scalekit: &Scalekit) -> String {
    environment.sign_in(scalekit, &TestUser::new("usr_1").organization("org_1").role("admin"))
}

/// Says who asks, from what the layers left in the request.
async fn who(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let state = request.extensions().get::<Exchange>().and_then(|exchange| exchange.state().cloned());
    let who = match state {
        Some(SessionState::Active(session)) => session.user_id().to_owned(),
        Some(other) => format!("{other:?}"),
        None => "nobody asked".to_owned(),
    };
    Ok(Response::new(Body::from(who)))
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn the_guard_lets_a_session_through_and_refuses_the_rest() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let cookies = signed_in(&environment, &scalekit);
    let service = |guard: RequireLayer| {
        ServiceBuilder::new().layer(SessionLayer::new(&scalekit)).layer(guard).service(service_fn(who))
    };

    let response = service(RequireLayer::role("admin")).oneshot(request("/", Some(&cookies))).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert_eq!(response.headers()["vary"], "Cookie");
    assert_eq!(text(response).await, "usr_1");

    let response = service(RequireLayer::role("owner")).oneshot(request("/", Some(&cookies))).await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(text(response).await.contains("role owner"));

    let response = service(RequireLayer::authenticated()).oneshot(request("/", None)).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn r19_the_layer_alone_changes_nothing() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let cookies = signed_in(&environment, &scalekit);
    let service = SessionLayer::new(&scalekit).layer(service_fn(who));
    let response = service.oneshot(request("/", Some(&cookies))).await.unwrap();
    assert!(response.headers().is_empty(), "{:?}", response.headers());
    assert_eq!(text(response).await, "nobody asked");
}

#[tokio::test]
async fn r09_the_guard_answers_503_while_scalekit_is_silent() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let user = TestUser::new("usr_1").organization("org_1").refresh_token("rt_1".to_owned());
    let cookies = environment.sign_in(&scalekit, &user);
    environment.clock().advance(std::time::Duration::from_secs(3600));
    let service = SessionLayer::new(&scalekit).layer(RequireLayer::authenticated().layer(service_fn(who)));
    let response = service.oneshot(request("/", Some(&cookies))).await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    assert!(!response.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn an_error_of_the_service_passes_through() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let cookies = signed_in(&environment, &scalekit);
    let broken = service_fn(async |_: Request<Body>| Err::<Response<Body>, _>(io::Error::other("broken")));
    let service = SessionLayer::new(&scalekit).layer(RequireLayer::authenticated().layer(broken));
    let error = service.oneshot(request("/", Some(&cookies))).await.unwrap_err();
    assert_eq!(error.to_string(), "broken");
}

#[tokio::test]
async fn the_authority_of_the_uri_counts_as_host() {
    let environment = TestEnvironment::new();
    let scalekit = environment.builder().redirect_uri("http://localhost:3000/auth/callback").build().unwrap();
    let service = SessionLayer::new(&scalekit).layer(RequireLayer::authenticated().layer(service_fn(who)));
    for (uri, status) in [("http://localhost:3000/", 401), ("http://app.evil.test/", 421)] {
        let request = Request::builder().uri(uri).body(Body::default()).unwrap();
        assert_eq!(service.clone().oneshot(request).await.unwrap().status(), status, "{uri}");
    }
}

/// Answers only when it was asked whether it is ready, as a service with a limit does.
#[derive(Default)]
struct Strict {
    ready: bool,
}

impl Clone for Strict {
    /// Readiness is of one service, not of its clones.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<Body>> for Strict {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called before it was ready");
        ready(Ok(Response::new(Body::default())))
    }
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let cookies = signed_in(&environment, &scalekit);
    let layers = (SessionLayer::new(&scalekit), RequireLayer::authenticated());
    let mut service = ServiceBuilder::new().layer(layers).service(Strict::default());
    for round in ["the keys have to be fetched first", "nothing waits"] {
        let answer = service.ready().await.unwrap().call(request("/", Some(&cookies))).await.unwrap();
        assert_eq!(answer.status(), 200, "{round}");
    }
}

#[test]
fn futures_and_services_can_be_sent_to_other_threads() {
    fn is_send<T: Send>(_: &T) {}
    let layers = (SessionLayer::new(&TestEnvironment::new().scalekit()), RequireLayer::authenticated());
    let mut service = ServiceBuilder::new().layer(layers).service(Strict::default());
    is_send(&service);
    is_send(&service.call(request("/", None)));
}
