//! [`SessionFairing`]: gives every request a session to ask for.

use std::sync::Arc;

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::{Build, Data, Request, Response, Rocket};
use scalekit_session::{Scalekit, SessionManager};

use crate::catchers::catchers;
use crate::routes::routes;
use crate::visit::{Attached, Visit};

/// Gives every request a session to ask for, mounts login, callback and logout, answers requests that the guards
/// refuse, and writes the session's cookies on every response, catchers' pages included.
///
/// A request whose handler does not ask is left alone: nothing is decrypted, refreshed or written.
///
/// One `attach` is all there is to do. A route that takes one of this crate's guards in an application without it
/// refuses to launch. Attach it before fairings that rewrite targets, because return paths need them as the client sent
/// them, and before fairings that ask for a session. The method counts as it is routed, whoever changed it. Responses are finished after all fairings that were attached before launch.
#[derive(Clone, Debug)]
#[must_use = "a fairing does nothing until it is attached"]
pub struct SessionFairing {
    manager: Arc<dyn SessionManager>,
}

impl SessionFairing {
    /// A fairing of that instance.
    pub fn new(scalekit: &Scalekit) -> Self {
        Self::with_manager(scalekit.manager())
    }

    /// A fairing of any session manager.
    pub fn with_manager(manager: Arc<dyn SessionManager>) -> Self {
        Self { manager }
    }
}

#[rocket::async_trait]
impl Fairing for SessionFairing {
    fn info(&self) -> Info {
        Info { name: "Scalekit sessions", kind: Kind::Ignite | Kind::Request | Kind::Singleton }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        let routes = match routes(&self.manager) {
            Ok(routes) => routes,
            Err(path) => {
                tracing::error!(path, "Rocket cannot route this path: choose another one for the route");
                return Err(rocket);
            }
        };
        let catchers = catchers(&rocket);
        Ok(rocket.manage(Attached).mount("/", routes).register("/", catchers).attach(CommitPoint))
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        Visit::begin(request, &self.manager);
    }
}

/// Finishes responses. A fairing of its own, attached at ignition: it comes after those of the application, which
/// might make a private response public again (R24).
struct CommitPoint;

#[rocket::async_trait]
impl Fairing for CommitPoint {
    fn info(&self) -> Info {
        Info { name: "Scalekit session cookies", kind: Kind::Response | Kind::Singleton }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if let Some(visit) = Visit::of(request) {
            visit.finish(response);
        }
    }
}
