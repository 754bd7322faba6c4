//! [`SessionLayer`]: gives every request under it a session to ask for.

use std::sync::Arc;

use scalekit_session::{Scalekit, SessionManager};
use tower_layer::Layer;

use crate::service::SessionService;

/// Gives every request under it a session to ask for, and writes the session's cookies on every response, those that
/// report errors included.
///
/// An `Err` of the service under it is no response: it passes without cookies, and a refresh that the request caused is
/// then written by the next one. Turn errors into responses further in; axum's routers, and `HandleErrorLayer` around
/// layers that fail, do.
///
/// A request whose handler does not ask costs two small allocations and nothing else: nothing is decrypted, refreshed
/// or written.
///
/// `Router::layer` wraps the routes that were added before it, so add this one last. In a `ServiceBuilder` it stands
/// above [`RequireLayer`](crate::RequireLayer).
#[derive(Clone, Debug)]
pub struct SessionLayer {
    manager: Arc<dyn SessionManager>,
}

impl SessionLayer {
    /// A layer of that instance. All layers and clones of one instance share their state.
    #[must_use]
    pub fn new(scalekit: &Scalekit) -> Self {
        Self::with_manager(scalekit.manager())
    }

    /// A layer of any session manager.
    #[must_use]
    pub fn with_manager(manager: Arc<dyn SessionManager>) -> Self {
        Self { manager }
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService::new(inner, Arc::clone(&self.manager))
    }
}
