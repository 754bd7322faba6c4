//! [`SessionMiddleware`]: gives every request under it a session to ask for.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::Error;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use scalekit_session::{Scalekit, SessionManager};

use crate::service::SessionService;

/// Gives every request under it a session to ask for, and writes the session's cookies on every response, errors
/// included.
///
/// A request whose handler does not ask costs three small allocations and nothing else: nothing is decrypted, refreshed
/// or written.
///
/// `App::wrap` puts the middleware that was added last outside, so add this one last, after
/// [`RequireMiddleware`](crate::RequireMiddleware).
///
/// actix-web calls the closure of `HttpServer::new` once for every worker. Build the `Scalekit` before it, and move it
/// in: all workers then share the keys, the opened sessions, and the one call that refreshes a session (R1). One that
/// is built inside the closure knows nothing of the other workers.
#[derive(Clone, Debug)]
pub struct SessionMiddleware {
    manager: Arc<dyn SessionManager>,
}

impl SessionMiddleware {
    /// A middleware of that instance. All middleware and clones of one instance share their state.
    #[must_use]
    pub fn new(scalekit: &Scalekit) -> Self {
        Self::with_manager(scalekit.manager())
    }

    /// A middleware of any session manager.
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
        ready(Ok(SessionService::new(inner, Arc::clone(&self.manager))))
    }
}
