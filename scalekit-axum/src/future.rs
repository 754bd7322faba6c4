//! [`ResponseFuture`]: waits for the response and writes the session's headers just before it leaves.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;
use scalekit_session::adapter::Exchange;

use crate::headers::HeaderLines;
use crate::reply::apply;

pin_project! {
    /// The response of a [`SessionService`](crate::SessionService). This future boxes nothing.
    ///
    /// ```
    /// use axum::{Router, body::Body, http::Request, routing::get};
    /// use scalekit_axum::{ResponseFuture, SessionLayer};
    /// # use scalekit_session::testing::TestEnvironment;
    /// use tower::{Layer, Service};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let scalekit = TestEnvironment::new().scalekit();
    /// let app: Router = Router::new().route("/", get(async || "Welcome"));
    /// let mut service = SessionLayer::new(&scalekit).layer(app);
    ///
    /// let response: ResponseFuture<_> = service.call(Request::new(Body::empty()));
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

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        let edits = this.exchange.finish(&HeaderLines(response.headers()));
        apply(&edits, response.headers_mut());
        Poll::Ready(Ok(response))
    }
}
