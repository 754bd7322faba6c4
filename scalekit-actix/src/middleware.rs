//! [`SessionMiddleware`]: the middleware that gives requests a session to ask for.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::Error;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use scalekit_session::{Scalekit, SessionManager};

use crate::service::SessionService;

/// Gives every request of the application a session to ask for, and writes the session's cookies on every response,
/// those that report errors included.
///
/// A request whose handler does not ask for a session costs three small allocations: nothing is decrypted, refreshed or
/// written.
///
/// `App::wrap` puts the middleware that was added last outside. Add this middleware last, after
/// [`RequireMiddleware`](crate::RequireMiddleware).
///
/// actix-web calls the closure of `HttpServer::new` once for every worker. Build the `Scalekit` before that closure, and
/// move it in: all workers then share keys and opened sessions, and a session is refreshed by one call for all of them. A
/// `Scalekit` that is built inside the closure knows nothing of the other workers.
///
/// ```
/// use actix_web::{App, test, web};
/// use scalekit_actix::{Session, SessionMiddleware};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// # #[actix_web::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = App::new()
///     .route("/me", web::get().to(async |session: Session| session.user_id().to_owned()))
///     .route("/about", web::get().to(async || "About us"))
///     .wrap(SessionMiddleware::new(&scalekit));
/// let app = test::init_service(app).await;
///
/// // A response of a handler that asked for the session is private.
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// for (path, private) in [("/me", true), ("/about", false)] {
///     let request = test::TestRequest::with_uri(path).insert_header(("host", "app.test"));
///     let request = request.insert_header(("cookie", cookies.as_str())).to_request();
///     let response = test::call_service(&app, request).await;
///     assert_eq!(response.headers().contains_key("cache-control"), private);
/// }
/// # }
/// ```
// R1: one call for all workers.
#[derive(Clone, Debug)]
pub struct SessionMiddleware {
    manager: Arc<dyn SessionManager>,
}

impl SessionMiddleware {
    /// A middleware for that `Scalekit`. All middleware of one `Scalekit` and of its clones share keys, caches and
    /// refreshes.
    #[must_use]
    pub fn new(scalekit: &Scalekit) -> Self {
        Self::with_manager(scalekit.manager())
    }

    /// A middleware for any session manager.
    #[must_use]
    pub fn with_manager(manager: Arc<dyn SessionManager>) -> Self {
        Self { manager }
    }
}

impl<S, B> Transform<S, ServiceRequest> for SessionMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = SessionService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(SessionService { inner, manager: Arc::clone(&self.manager) }))
    }
}
