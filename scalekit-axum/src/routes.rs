//! [`routes`] and [`routes_with_manager`]: the ready-made routes, as a router.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::any;
use http::Request;
use scalekit_session::adapter::AuthRoute;
use scalekit_session::{Scalekit, SessionManager};

use crate::headers::RequestLines;
use crate::reply::response;

/// The routes for login, callback and logout, at the paths of the configuration: `/auth/login`, the path of the redirect
/// URI, and `/auth/logout`. With [`SplitCookies`](crate::SplitCookies), the route `/auth/refresh` too.
///
/// Merge these routes into the application's router. They work with [`SessionLayer`](crate::SessionLayer) and without.
///
/// ```
/// use axum::{Router, body::Body, http::Request};
/// use scalekit_axum::routes;
/// # use scalekit_session::testing::TestEnvironment;
/// # use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let scalekit = TestEnvironment::new().scalekit();
/// let app: Router = Router::new().merge(routes(&scalekit));
///
/// let request = Request::get("/auth/login").header("host", "app.test").body(Body::empty()).unwrap();
/// let response = app.oneshot(request).await.unwrap();
/// assert_eq!(response.status(), 303);
/// let location = response.headers().get("location").unwrap();
/// assert!(location.to_str().unwrap().starts_with(TestEnvironment::URL));
/// # }
/// ```
pub fn routes<S>(scalekit: &Scalekit) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes_with_manager(scalekit.manager())
}

/// The routes of any session manager, at the paths of [`SessionManager::routes`]. [`routes`] are those of a `Scalekit`.
///
/// ```
/// use axum::{Router, body::Body, http::Request};
/// use scalekit_axum::{SessionLayer, SessionManager, routes_with_manager, scalekit_session};
/// use scalekit_session::adapter::{AuthRoute, AuthRoutes, Reply, RequestHead, async_trait};
/// # use scalekit_session::adapter::{Inspection, RequestView, Resolution};
/// # use scalekit_session::{SessionState, Timestamp};
/// use std::sync::Arc;
/// # use tower::ServiceExt;
///
/// #[derive(Debug)]
/// struct Gateway {
///     routes: AuthRoutes,
/// }
///
/// #[async_trait]
/// impl SessionManager for Gateway {
///     fn routes(&self) -> &AuthRoutes {
///         &self.routes
///     }
///
///     async fn serve(&self, _route: AuthRoute, _request: RequestHead) -> Reply {
///         Reply::see_other("https://gateway.example/login")
///     }
/// #   fn allowed_origins(&self) -> &[String] {
/// #       &[]
/// #   }
/// #   fn inspect(&self, _: &RequestView<'_>, _: Timestamp) -> Inspection {
/// #       Inspection::Settled(Resolution::new(SessionState::Anonymous))
/// #   }
///     // …
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let mut routes = AuthRoutes::NONE;
/// routes.login = "/login".to_owned();
/// let manager = Arc::new(Gateway { routes });
/// let app: Router =
///     Router::new().merge(routes_with_manager(manager.clone())).layer(SessionLayer::with_manager(manager));
///
/// let response = app.oneshot(Request::get("/login").body(Body::empty()).unwrap()).await.unwrap();
/// assert_eq!(response.headers().get("location").unwrap(), "https://gateway.example/login");
/// # }
/// ```
///
/// # Panics
/// When axum cannot route a path of the manager: a path that does not begin with `/`, for example.
#[expect(clippy::needless_pass_by_value, reason = "only a value coerces from `Arc<Gateway>` to this type")]
pub fn routes_with_manager<S>(manager: Arc<dyn SessionManager>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let paths: Vec<_> = manager.routes().iter().map(|(route, path)| (route, path.to_owned())).collect();
    paths.into_iter().fold(Router::new(), |router, (route, path)| {
        let manager = Arc::clone(&manager);
        router.route(&path, any(move |request: Request<Body>| serve(Arc::clone(&manager), route, request)))
    })
}

async fn serve(manager: Arc<dyn SessionManager>, route: AuthRoute, request: Request<Body>) -> Response {
    let head = RequestLines::of(&request).view().to_head();
    drop(request);
    response(manager.serve(route, head).await)
}
