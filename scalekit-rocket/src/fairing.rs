//! [`SessionFairing`]: the fairing that gives requests a session to ask for.

use std::sync::Arc;

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::{Build, Data, Request, Response, Rocket};
use scalekit_session::{Scalekit, SessionManager};

use crate::catchers::catchers;
use crate::routes::routes;
use crate::visit::{Attached, Visit};

/// Gives every request a session to ask for, mounts login, callback and logout, answers requests that the guards refuse,
/// and writes the session's cookies on every response, those of catchers included.
///
/// A request whose handler does not ask for a session is left alone: nothing is decrypted, refreshed or written.
///
/// One `attach` is all that an application has to do. An application without this fairing, with a route that takes one of
/// this crate's guards, refuses to launch.
///
/// Attach this fairing before fairings that ask for a session, and before fairings that rewrite targets: return paths need
/// the target as the client sent it. Of the method, what counts is the method that Rocket routes, even if another fairing
/// changed it. Responses are finished after all fairings that were attached before launch.
///
/// ```
/// use rocket::{get, http::Header, local::asynchronous::Client, routes};
/// use scalekit_rocket::{Session, SessionFairing};
/// # use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// #[get("/me")]
/// fn me(session: Session) -> String {
///     session.user_id().to_owned()
/// }
///
/// #[get("/about")]
/// fn about() -> &'static str {
///     "About us"
/// }
///
/// # #[rocket::main] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let app = rocket::build().mount("/", routes![me, about]).attach(SessionFairing::new(&scalekit));
/// let client = Client::untracked(app).await.unwrap();
///
/// // A response of a handler that asked for the session is private.
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// for (path, private) in [("/me", true), ("/about", false)] {
///     let cookies = Header::new("cookie", cookies.clone());
///     let request = client.get(path).header(Header::new("host", "app.test")).header(cookies);
///     assert_eq!(request.dispatch().await.headers().contains("cache-control"), private);
/// }
///
/// // The routes for login, callback and logout are mounted too.
/// let response = client.get("/auth/login").header(Header::new("host", "app.test")).dispatch().await;
/// assert!(response.headers().get_one("location").unwrap().starts_with(TestEnvironment::URL));
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fairing does nothing until it is attached"]
pub struct SessionFairing {
    manager: Arc<dyn SessionManager>,
}

impl SessionFairing {
    /// A fairing for that `Scalekit`.
    pub fn new(scalekit: &Scalekit) -> Self {
        Self::with_manager(scalekit.manager())
    }

    /// A fairing for any session manager. It mounts the manager's routes too, if the manager has some.
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
        let Some(routes) = routes(&self.manager) else {
            return Err(rocket);
        };
        let catchers = catchers(&rocket);
        Ok(rocket.manage(Attached).mount("/", routes).register("/", catchers).attach(CommitPoint))
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        Visit::begin(request, &self.manager);
    }
}

/// Finishes responses. This fairing is attached at ignition, so that it comes after the application's fairings, which
/// might make a private response public again.
// R24.
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
