//! [`SessionManager`]: where the requests of every web framework meet the rules of sessions.
//!
//! Adapters hold an `Arc<dyn SessionManager>` and drive it through one [`Exchange`](crate::adapter::Exchange) per request.
//! [`Scalekit`](crate::Scalekit) is the implementation that applications configure. An application can write another one,
//! for sessions from another source: the repository's `examples/gateway-session` reads them from a gateway's signed
//! header, and runs under every adapter.
//!
//! (`tower-sessions` has a tower service of the same name; this one is a trait.)

use std::fmt;
use std::future::ready;

use async_trait::async_trait;

use crate::answer::problem::problem;
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::clock::{Clock, Timestamp};
use crate::cookie::SetCookie;
use crate::error::Error;
use crate::pipeline::resolution::{Inspection, Pending, Resolution};
use crate::request::{Headers, RequestHead, RequestView};
use crate::rules::policy::Policy;
use crate::rules::routes::{AuthRoute, AuthRoutes};
use crate::session::grant::Grant;

/// Finds the session of a request: cookie sealing, validation and refresh, each in a method of its own.
///
/// What must hold for every manager is not left to it: [`Exchange`](crate::adapter::Exchange) gives a request with effects
/// that another origin sent no session, marks every response for which a session was asked as `private, no-store` with
/// `Vary: Cookie`, and writes no cookie once the head of a response is sent.
///
/// The default methods suit a manager that neither seals nor refreshes and has no routes of its own.
#[async_trait]
pub trait SessionManager: fmt::Debug + Send + Sync + 'static {
    /// The clock that every decision reads, once.
    fn clock(&self) -> &dyn Clock;

    /// When sessions are refreshed and when they end.
    fn refresh_policy(&self) -> &Policy;

    /// The origins whose pages may send requests with effects, as browsers write them in `Origin`: the application's own
    /// first.
    fn allowed_origins(&self) -> &[String];

    /// Reads what the request carries, and decides. Never waits. What has to wait is handed back as
    /// [`Inspection::Pending`], which owns what it needs.
    fn inspect(&self, request: &RequestView<'_>, now: Timestamp) -> Inspection;

    /// Seals what a login brought into the cookies of a new session: marker first, then data and its chunks.
    ///
    /// # Errors
    /// When the cookies cannot hold the session; the error says what makes the session large. When the tokens carry no
    /// session. By default always, because the manager seals nothing.
    fn seal(&self, _grant: &Grant, _now: Timestamp) -> Result<Vec<SetCookie>, Error> {
        Err(Error::unsupported("this session manager seals no sessions"))
    }

    /// Refreshes the session of a request now, whatever the age of its token: after a change of roles, say. By default
    /// the session is the one that [`inspect`](Self::inspect) finds.
    fn refresh(&self, request: &RequestView<'_>, now: Timestamp) -> Pending {
        match self.inspect(request, now) {
            Inspection::Settled(resolution) => Pending::new(ready(resolution)),
            Inspection::Pending(pending) => pending,
        }
    }

    /// The commit point, just before the head of the response leaves: the cookies that the response may still write.
    /// Cookies of a session that ended meanwhile, or that a newer refresh replaced, are dropped here. By default the
    /// cookies of the resolution.
    fn conclude(&self, resolution: &Resolution, _response: &dyn Headers, _now: Timestamp) -> Vec<SetCookie> {
        resolution.cookies().to_vec()
    }

    /// The answer to a request that is refused. By default problem JSON (RFC 9457).
    fn refuse(&self, _request: &RequestView<'_>, why: &Refusal, _now: Timestamp) -> Reply {
        problem(why, self.routes())
    }

    /// Where its own routes are mounted. By default it has none.
    fn routes(&self) -> &AuthRoutes {
        static NONE: AuthRoutes = AuthRoutes::NONE;
        &NONE
    }

    /// Serves one of its own routes. By default 404.
    async fn serve(&self, _route: AuthRoute, _request: RequestHead) -> Reply {
        Reply::new(404)
    }
}
