//! What the layer and the guard allocate when nothing waits.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use scalekit_axum::{RequireLayer, ResponseFuture, Scalekit, SessionLayer};
use scalekit_session::testing::{TestEnvironment, TestUser};
use tower::{Layer, Service, ServiceExt, service_fn};

/// Answers at once, with a header, as nearly every handler does.
fn trivial(_: Request<String>) -> Ready<Result<Response<String>, Infallible>> {
    let mut response = Response::new(String::new());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    ready(Ok(response))
}

fn request(cookies: &str) -> Request<String> {
    let request = Request::builder().uri("/").header("host", "app.test").header("cookie", cookies);
    // Every server leaves something among the extensions, the peer's address say.
    request.extension("peer").body(String::new()).unwrap()
}

/// Allocations between the call and the response, which must come at once.
fn allocations<S>(mut service: S, request: Request<String>) -> u64
where
    S: Service<Request<String>, Response = Response<String>, Error = Infallible>,
{
    let mut answered = None;
    let counted = measure(|| {
        let mut answer = pin!(service.call(request));
        let Poll::Ready(Ok(response)) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            return;
        };
        answered = Some(response);
    });
    assert_eq!(answered.map(|response| response.status()), Some(StatusCode::OK));
    counted.count_total
}

/// A session whose key is fetched and whose cookie was seen before.
async fn warm() -> (Scalekit, String) {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1").organization("org_1"));
    let guarded =
        SessionLayer::new(&scalekit).layer(RequireLayer::authenticated().layer(service_fn(trivial)));
    assert_eq!(guarded.oneshot(request(&cookies)).await.unwrap().status(), 200);
    (scalekit, cookies)
}

#[tokio::test]
async fn r50_a_request_that_nobody_asks_about_costs_two_allocations() {
    let (scalekit, cookies) = warm().await;
    let layered = SessionLayer::new(&scalekit).layer(service_fn(trivial));
    for cookies in [cookies.as_str(), "", "theme=dark"] {
        let bare = allocations(service_fn(trivial), request(cookies));
        let with = allocations(layered.clone(), request(cookies));
        assert_eq!(with - bare, 2, "the exchange, and its place among the request's extensions");
    }
}

#[tokio::test]
async fn r50_a_guarded_request_costs_four_allocations() {
    let (scalekit, cookies) = warm().await;
    let guarded =
        SessionLayer::new(&scalekit).layer(RequireLayer::authenticated().layer(service_fn(trivial)));
    for _ in 0..3 {
        let bare = allocations(service_fn(trivial), request(&cookies));
        let with = allocations(guarded.clone(), request(&cookies));
        assert_eq!(with - bare, 4, "besides those two, the values of Cache-Control and Vary");
    }
}

#[test]
fn the_response_future_is_the_inner_one_and_a_pointer() {
    type Inner = Ready<Result<Response<String>, Infallible>>;
    assert_eq!(size_of::<ResponseFuture<Inner>>(), size_of::<Inner>() + size_of::<usize>());
}
