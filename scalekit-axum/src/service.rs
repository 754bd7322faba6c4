//! [`SessionService`]: the service behind [`SessionLayer`](crate::SessionLayer).

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use scalekit_session::SessionManager;
use scalekit_session::adapter::Exchange;
use tower_service::Service;

use crate::future::ResponseFuture;

/// Puts an exchange into each request and finishes it on the way out. See [`SessionLayer`](crate::SessionLayer).
#[derive(Clone, Debug)]
pub struct SessionService<S> {
    inner: S,
    manager: Arc<dyn SessionManager>,
}

impl<S> SessionService<S> {
    pub(crate) fn new(inner: S, manager: Arc<dyn SessionManager>) -> Self {
        Self { inner, manager }
    }
}

impl<S, B, R> Service<Request<B>> for SessionService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let exchange = Exchange::new(Arc::clone(&self.manager));
        request.extensions_mut().insert(exchange.clone());
        ResponseFuture::new(self.inner.call(request), exchange)
    }
}
