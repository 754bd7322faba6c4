//! [`SessionService`]: the service behind [`SessionMiddleware`](crate::SessionMiddleware).

use std::sync::Arc;

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::{Error, HttpMessage};
use scalekit_session::SessionManager;
use scalekit_session::adapter::Exchange;

use crate::future::ResponseFuture;

/// Puts an exchange into each request and finishes it on the way out. See
/// [`SessionMiddleware`](crate::SessionMiddleware).
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

impl<S, B> Service<ServiceRequest> for SessionService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    forward_ready!(inner);

    /// Keeps the exchange and nothing of the request: actix-web panics while it routes a request that was cloned.
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let exchange = Exchange::new(Arc::clone(&self.manager));
        request.extensions_mut().insert(exchange.clone());
        ResponseFuture::new(self.inner.call(request), exchange)
    }
}
