//! The ready-made routes: login, callback, logout and, in the split layout, refresh, at the paths of the configuration.

use std::sync::Arc;

use rocket::http::uri::Origin;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};
use scalekit_session::SessionManager;
use scalekit_session::adapter::AuthRoute;

use crate::reply::response;
use crate::visit::Visit;

/// The methods that Rocket routes. Rocket routes `HEAD` as `GET` when no route takes `HEAD`.
const METHODS: [Method; 6] =
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];

/// The routes, for every method: the core answers methods that it does not serve. `None` for a path that Rocket cannot
/// route, because `Route::new` would panic.
pub(crate) fn routes(manager: &Arc<dyn SessionManager>) -> Option<Vec<Route>> {
    let mut routes = Vec::new();
    for (route, path) in manager.routes().iter() {
        if Origin::parse(path).is_err() {
            tracing::error!(path, "Rocket cannot route this path: choose another one for the route");
            return None;
        }
        for method in METHODS {
            let mut served = Route::new(method, path, Served { manager: Arc::clone(manager), route });
            served.name = Some(format!("{route:?}").to_lowercase().into());
            routes.push(served);
        }
    }
    Some(routes)
}

#[derive(Clone)]
struct Served {
    manager: Arc<dyn SessionManager>,
    route: AuthRoute,
}

#[rocket::async_trait]
impl Handler for Served {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let Some(visit) = Visit::of(request) else {
            return Outcome::Error(Status::InternalServerError);
        };
        Outcome::Success(response(self.manager.serve(self.route, visit.head(request)).await))
    }
}
