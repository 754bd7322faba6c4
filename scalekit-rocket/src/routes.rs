//! The ready-made routes: login, callback, logout and, in the split layout, refresh, at the paths of the configuration.

use std::sync::Arc;

use rocket::http::Method;
use rocket::http::uri::Origin;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};
use scalekit_session::SessionManager;

use crate::reply::response;
use crate::visit::Visit;

/// What Rocket routes. It routes `HEAD` as `GET` when no route takes it.
const METHODS: [Method; 6] =
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];

/// The routes for every method: what is refused is said by the core. Fails with a path that is no route of Rocket's,
/// where `Route::new` would panic.
pub(crate) fn routes(manager: &Arc<dyn SessionManager>) -> Result<Vec<Route>, String> {
    let mut routes = Vec::new();
    for (route, path) in manager.routes().iter() {
        if Origin::parse(path).is_err() {
            return Err(path.to_owned());
        }
        for method in METHODS {
            let mut served = Route::new(method, path, Served { manager: Arc::clone(manager), route });
            served.name = Some(format!("{route:?}").to_lowercase().into());
            routes.push(served);
        }
    }
    Ok(routes)
}

#[derive(Clone)]
struct Served {
    manager: Arc<dyn SessionManager>,
    route: scalekit_session::adapter::AuthRoute,
}

#[rocket::async_trait]
impl Handler for Served {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        match Visit::of(request) {
            Some(visit) => {
                Outcome::Success(response(self.manager.serve(self.route, visit.head(request)).await))
            }
            None => Outcome::Error(rocket::http::Status::InternalServerError),
        }
    }
}
