//! [`SessionService`]: the service behind [`SessionLayer`](crate::SessionLayer).

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use scalekit_session::SessionManager;
use scalekit_session::adapter::Exchange;
use tower_service::Service;

use crate::future::ResponseFuture;

/// The service that [`SessionLayer`](crate::SessionLayer) makes: gives the request a session to ask for, and writes the
/// session's cookies on the response.
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{SessionLayer, SessionService};
/// # use scalekit_session::testing::TestEnvironment;
/// use tower::{Layer, ServiceExt};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app: Router = Router::new().route("/", get(async || "Welcome"));
/// let service: SessionService<Router> = SessionLayer::new(&scalekit).layer(app);
///
/// let response = service.oneshot(Request::new(Body::empty())).await.unwrap();
/// assert_eq!(response.status(), 200);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SessionService<S> {
    pub(crate) inner: S,
    pub(crate) manager: Arc<dyn SessionManager>,
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
        ResponseFuture { inner: self.inner.call(request), exchange }
    }
}
