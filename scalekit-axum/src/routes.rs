//! [`routes`]: the ready-made routes, as a router.

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
    let manager = scalekit.manager();
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
