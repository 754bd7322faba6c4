//! The ready-made routes as a router.

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

/// Login, callback and logout, at the paths of the configuration: `/auth/login`, the path of the redirect URI, and
/// `/auth/logout`; and `/auth/refresh` with [`SplitCookies`](crate::SplitCookies). Merge them into the application's router; they need no layer.
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
    let head = RequestLines::new(request.method(), request.uri(), request.headers(), request.extensions())
        .view()
        .to_head();
    drop(request);
    response(manager.serve(route, head).await)
}
