//! [`SessionLayer`]: the tower layer that gives requests a session to ask for.

use std::sync::Arc;

use scalekit_session::{Scalekit, SessionManager};
use tower_layer::Layer;

use crate::service::SessionService;

/// Gives every request of the inner service a session to ask for, and writes the session's cookies on every response,
/// those that report errors included.
///
/// An `Err` of the inner service is no response: it passes without cookies. If the request refreshed the session, the
/// response to the next request writes the new cookies. Turn errors into responses further in, as axum's routers do,
/// and `HandleErrorLayer` around layers that fail.
///
/// A request whose handler does not ask for a session costs two small allocations: nothing is decrypted, refreshed or
/// written.
///
/// `Router::layer` wraps the routes that were added before, so add this layer last. In a `ServiceBuilder`, put this
/// layer above [`RequireLayer`](crate::RequireLayer).
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use scalekit_axum::{Session, SessionLayer};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
/// # use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = Router::new()
///     .route("/me", get(async |session: Session| session.user_id().to_owned()))
///     .route("/about", get(async || "About us"))
///     .layer(SessionLayer::new(&scalekit));
///
/// // A response of a handler that asked for the session is private.
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// for (path, private) in [("/me", true), ("/about", false)] {
///     let request = Request::get(path).header("host", "app.test").header("cookie", &cookies);
///     let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
///     assert_eq!(response.headers().contains_key("cache-control"), private);
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SessionLayer {
    manager: Arc<dyn SessionManager>,
}

impl SessionLayer {
    /// A layer for that `Scalekit`. All layers of one `Scalekit` and of its clones share keys, caches and refreshes.
    #[must_use]
    pub fn new(scalekit: &Scalekit) -> Self {
        Self::with_manager(scalekit.manager())
    }

    /// A layer for any session manager.
    #[must_use]
    pub fn with_manager(manager: Arc<dyn SessionManager>) -> Self {
        Self { manager }
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService { inner, manager: Arc::clone(&self.manager) }
    }
}
