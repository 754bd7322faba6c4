//! [`ResponseFuture`]: waits for the response and writes the session's headers just before it leaves.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;
use scalekit_session::adapter::Exchange;

use crate::headers::HeaderLines;
use crate::reply::apply;

pin_project! {
    /// The response of a [`SessionService`](crate::SessionService). It boxes nothing.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        exchange: Exchange,
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn new(inner: F, exchange: Exchange) -> Self {
        Self { inner, exchange }
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
