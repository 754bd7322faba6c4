//! [`SessionManager`], the seam between the session rules and every web framework.
//!
//! (Not to be confused with the tower service of that name in `tower-sessions`: ours is a trait.)
//!
//! Adapters hold an `Arc<dyn SessionManager>` and drive it through one [`Exchange`](crate::adapter::Exchange) per request.
//! [`Scalekit`](crate::Scalekit) is the implementation for production; a test double may be another.

use std::fmt;

use async_trait::async_trait;

use crate::answer::refusal::Refusal;
use crate::answer::reply::{HeaderEdits, Reply};
use crate::clock::{Clock, Timestamp};
use crate::cookie::SetCookie;
use crate::error::Error;
use crate::pipeline::resolution::{Inspection, Pending, Resolution};
use crate::request::{Headers, RequestHead, RequestView};
use crate::rules::policy::Policy;
use crate::rules::routes::{AuthRoute, AuthRoutes};
use crate::session::grant::Grant;

/// Turns the cookies of a request into a session, and back: sealing, validation and refresh.
#[async_trait]
pub trait SessionManager: fmt::Debug + Send + Sync + 'static {
    /// The clock that every decision reads, once.
    fn clock(&self) -> &dyn Clock;

    /// Seals what a login brought into the cookies of a new session: marker first, then data and its chunks.
    ///
    /// # Errors
    /// When the session is larger than its budget of cookies, naming what makes it large (R15); when the tokens
    /// carry no session.
    fn seal(&self, grant: &Grant, now: Timestamp) -> Result<Vec<SetCookie>, Error>;

    /// Reads what the request carries: joins, opens, verifies and decides. Never waits. What has to wait is handed
    /// back as [`Inspection::Pending`], which owns what it needs.
    fn inspect(&self, request: &RequestView<'_>, now: Timestamp) -> Inspection;

    /// When sessions are refreshed and when they end.
    fn refresh_policy(&self) -> &Policy;

    /// Refreshes the session of a request now, whatever its token's age: after a change of roles, say.
    fn refresh(&self, request: &RequestView<'_>, now: Timestamp) -> Pending;

    /// The commit point, just before the response head leaves: which headers it gets. Cookies of a session that
    /// ended meanwhile, or of a generation that is no longer the newest, are dropped here (R30, R54).
    fn conclude(&self, resolution: &Resolution, response: &dyn Headers, now: Timestamp) -> HeaderEdits;

    /// The answer to a request that is refused.
    fn refuse(&self, request: &RequestView<'_>, why: &Refusal, now: Timestamp) -> Reply;

    /// Where its own routes are mounted.
    fn routes(&self) -> &AuthRoutes;

    /// Serves one of its own routes.
    async fn serve(&self, route: AuthRoute, request: RequestHead) -> Reply;
}
