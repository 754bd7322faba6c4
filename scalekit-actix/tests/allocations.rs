//! What the middleware, the guard and an extractor allocate when nothing waits.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::future::{Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, fn_service};
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::{Error, FromRequest, HttpResponse};
use allocation_counter::measure;
use scalekit_actix::{RequireMiddleware, ResponseFuture, Scalekit, Session, SessionMiddleware};
use scalekit_session::testing::{TestEnvironment, TestUser};

/// Answers at once, with a header, as nearly every handler does.
fn trivial(request: ServiceRequest) -> Ready<Result<ServiceResponse, Error>> {
    let mut response = HttpResponse::Ok().finish();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    ready(Ok(request.into_response(response)))
}

/// As actix-web makes them: the extensions of a request are empty, and have no room yet.
fn request(cookies: &str) -> ServiceRequest {
    TestRequest::get().insert_header(("host", "app.test")).insert_header(("cookie", cookies)).to_srv_request()
}

/// Allocations between the call and the response, which must come at once.
fn allocations<S, B>(service: &S, request: ServiceRequest) -> u64
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let mut answered = None;
    let counted = measure(|| {
        let mut answer = pin!(service.call(request));
        let Poll::Ready(Ok(response)) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            return;
        };
        answered = Some(response);
    });
    assert_eq!(answered.map(|response| response.status().as_u16()), Some(200));
    counted.count_total
}

/// A session whose key is fetched and whose cookie was seen before.
async fn warm() -> (Scalekit, String) {
    let environment = TestEnvironment::new();
    let scalekit = environment.scalekit();
    let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1").organization("org_1"));
    let guard = RequireMiddleware::authenticated().new_transform(fn_service(trivial)).await.unwrap();
    let guarded = SessionMiddleware::new(&scalekit).new_transform(guard).await.unwrap();
    assert_eq!(guarded.call(request(&cookies)).await.unwrap().status(), 200);
    (scalekit, cookies)
}

#[actix_web::test]
async fn r50_a_request_that_nobody_asks_about_costs_three_allocations() {
    let (scalekit, cookies) = warm().await;
    let session = SessionMiddleware::new(&scalekit).new_transform(fn_service(trivial)).await.unwrap();
    for cookies in [cookies.as_str(), "", "theme=dark"] {
        let bare = allocations(&fn_service(trivial), request(cookies));
        let with = allocations(&session, request(cookies));
        assert_eq!(with - bare, 3, "the exchange, its place among the request's extensions, and their room");
    }
}

#[actix_web::test]
async fn r50_a_guarded_request_costs_five_allocations() {
    let (scalekit, cookies) = warm().await;
    let guard = RequireMiddleware::authenticated().new_transform(fn_service(trivial)).await.unwrap();
    let guarded = SessionMiddleware::new(&scalekit).new_transform(guard).await.unwrap();
    for _ in 0..3 {
        let bare = allocations(&fn_service(trivial), request(&cookies));
        let with = allocations(&guarded, request(&cookies));
        assert_eq!(with - bare, 5, "besides those three, the values of Cache-Control and Vary");
    }
}

#[actix_web::test]
async fn r50_an_extractor_adds_none() {
    let (scalekit, cookies) = warm().await;
    let extracting = fn_service(|request: ServiceRequest| {
        let mut found = pin!(Session::extract(request.request()));
        let found = found.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(found, Poll::Ready(Ok(session)) if session.user_id() == "usr_1"));
        trivial(request)
    });
    let session = SessionMiddleware::new(&scalekit).new_transform(extracting).await.unwrap();
    let bare = allocations(&fn_service(trivial), request(&cookies));
    let with = allocations(&session, request(&cookies));
    assert_eq!(with - bare, 5);
}

#[test]
fn the_response_future_is_the_inner_one_and_a_pointer() {
    type Inner = Ready<Result<ServiceResponse, Error>>;
    assert_eq!(size_of::<ResponseFuture<Inner>>(), size_of::<Inner>() + size_of::<usize>());
}
