//! [`ResponseFuture`]: waits for the response and writes the session's headers just before it leaves.

use std::cell::OnceCell;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::dev::ServiceResponse;
use pin_project_lite::pin_project;
use scalekit_session::adapter::Exchange;

use crate::headers::HeaderLines;
use crate::reply::apply;

pin_project! {
    /// The response of a [`SessionService`](crate::SessionService). This future boxes nothing.
    ///
    /// ```
    /// use actix_web::dev::{Service, ServiceRequest, Transform, fn_service};
    /// use actix_web::{Error, HttpResponse, test::TestRequest};
    /// use scalekit_actix::{ResponseFuture, SessionMiddleware};
    /// # use scalekit_session::testing::TestEnvironment;
    ///
    /// # #[actix_web::main] async fn main() {
    /// let scalekit = TestEnvironment::new().scalekit();
    /// let app = fn_service(async |request: ServiceRequest| {
    ///     Ok::<_, Error>(request.into_response(HttpResponse::Ok().body("Welcome")))
    /// });
    /// let service = SessionMiddleware::new(&scalekit).new_transform(app).await.unwrap();
    ///
    /// let response: ResponseFuture<_> = service.call(TestRequest::default().to_srv_request());
    /// assert_eq!(response.await.unwrap().status(), 200);
    /// # }
    /// ```
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        pub(crate) inner: F,
        pub(crate) exchange: Exchange,
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match ready!(this.inner.poll(cx)) {
            Ok(mut response) => {
                let edits = this.exchange.finish(&HeaderLines(response.headers()));
                apply(&edits, response.headers_mut());
                Poll::Ready(Ok(response))
            }
            Err(mut error) => {
                finish_when_shown(&mut error, this.exchange.clone());
                Poll::Ready(Err(error))
            }
        }
    }
}

/// An error of an inner middleware becomes a response further outside. The error stays as it is, and takes the session's
/// headers along. An error that is made into a response twice gives the same response twice.
fn finish_when_shown(error: &mut Error, exchange: Exchange) {
    let edits = OnceCell::new();
    error.add_response_mapper(move |mut response| {
        let edits = edits.get_or_init(|| exchange.finish(&HeaderLines(response.headers())));
        apply(edits, response.headers_mut());
        response
    });
}
