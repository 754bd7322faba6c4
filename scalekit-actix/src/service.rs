//! [`SessionService`]: the service behind [`SessionMiddleware`](crate::SessionMiddleware).

use std::sync::Arc;

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::{Error, HttpMessage};
use scalekit_session::SessionManager;
use scalekit_session::adapter::Exchange;

use crate::future::ResponseFuture;

/// The service that [`SessionMiddleware`](crate::SessionMiddleware) makes: gives the request a session to ask for, and
/// writes the session's cookies on the response.
///
/// ```
/// use actix_web::dev::{Service, ServiceRequest, Transform, fn_service};
/// use actix_web::{Error, HttpResponse, test::TestRequest};
/// use scalekit_actix::{SessionMiddleware, SessionService};
/// # use scalekit_session::testing::TestEnvironment;
///
/// # #[actix_web::main] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app = fn_service(async |request: ServiceRequest| {
///     Ok::<_, Error>(request.into_response(HttpResponse::Ok().body("Welcome")))
/// });
/// let service: SessionService<_> = SessionMiddleware::new(&scalekit).new_transform(app).await.unwrap();
///
/// let response = service.call(TestRequest::default().to_srv_request()).await.unwrap();
/// assert_eq!(response.status(), 200);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SessionService<S> {
    pub(crate) inner: S,
    pub(crate) manager: Arc<dyn SessionManager>,
}

impl<S, B> Service<ServiceRequest> for SessionService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    forward_ready!(inner);

    /// Keeps the exchange only. A clone of the request would make actix-web panic when it routes the request.
    fn call(&self, request: ServiceRequest) -> Self::Future {
        let exchange = Exchange::new(Arc::clone(&self.manager));
        request.extensions_mut().insert(exchange.clone());
        ResponseFuture { inner: self.inner.call(request), exchange }
    }
}
