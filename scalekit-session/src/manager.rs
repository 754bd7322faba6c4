//! [`SessionManager`], the seam between the session rules and every web framework.
//!
//! (Not to be confused with the tower service of that name in `tower-sessions`: ours is a trait.)
//!
//! Adapters hold an `Arc<dyn SessionManager>` and drive it through one [`Exchange`](crate::Exchange) per request.
//! [`Scalekit`](crate::Scalekit) is the implementation for production; a test double may be another.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::clock::{Clock, Timestamp};
use crate::cookie::SetCookie;
use crate::error::Error;
use crate::grant::Grant;
use crate::id::SessionId;
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::reply::{HeaderEdits, Reply};
use crate::request::{Headers, RequestHead, RequestView};
use crate::routes::{Route, Routes};
use crate::session::Session;

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
    fn routes(&self) -> &Routes;

    /// Serves one of its own routes.
    async fn serve(&self, route: Route, request: RequestHead) -> Reply;
}

/// What a look at a request leads to.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "an inspection decides who the request is from"]
pub enum Inspection {
    /// Decided.
    Settled(Resolution),
    /// Scalekit has to be asked first.
    Pending(Pending),
}

/// The part of a decision that waits. It needs nothing of the request any more, and the work behind it goes on when
/// this is dropped (R7).
#[must_use = "futures do nothing unless polled"]
pub struct Pending(BoxFuture<'static, Resolution>);

impl Pending {
    /// Wraps the waiting part.
    pub fn new(future: impl Future<Output = Resolution> + Send + 'static) -> Self {
        Self(future.boxed())
    }
}

impl Future for Pending {
    type Output = Resolution;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Resolution> {
        self.0.poll_unpin(cx)
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending(..)")
    }
}

/// Whom a request is from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// A session that may be served.
    Active(Session),
    /// Nobody.
    Anonymous,
    /// Nothing can be known now: Scalekit does not answer. The session is not lost.
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
    /// A cookie came, but another site sent the request (R51).
    CrossOrigin,
    /// The request is for a host that this configuration does not serve: `http` sessions are for loopback only.
    Misdirected,
}

/// A decision and the cookies that go with it.
#[must_use = "cookies of a resolution must be written to the response"]
pub struct Resolution {
    pub(crate) state: State,
    pub(crate) write: Option<Box<Write>>,
    /// What is known of nobody.
    pub(crate) nobody: Nobody,
}

/// What is known of nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// Nothing.
    #[default]
    Stranger,
    /// Its refresh token was refused moments ago: another answer may be bringing the successor (16a).
    Racing,
    /// Split layout: there is a marker, and no access cookie that can be used. The refresh route may know more.
    Expired,
}

/// Cookies to write, and the session and generation they are of.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) cookies: Vec<SetCookie>,
    pub(crate) of: Option<WriteOf>,
}

/// Which session's cookies a response writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WriteOf {
    /// A session and its generation.
    Data(SessionId, u32),
    /// The removal of a session's cookies, or of data without a marker.
    Removal { of: Option<(SessionId, u32)>, decided_at: Timestamp },
}

impl Resolution {
    /// A decision that writes nothing.
    pub fn new(state: State) -> Self {
        Self { state, write: None, nobody: Nobody::Stranger }
    }

    /// The same decision with cookies to write.
    pub fn with_cookies(self, cookies: Vec<SetCookie>) -> Self {
        Self { write: Some(Box::new(Write { cookies, of: None })), ..self }
    }

    /// Whom the request is from.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The cookies that the response should write.
    pub fn cookies(&self) -> &[SetCookie] {
        self.write.as_ref().map_or(&[], |write| &write.cookies)
    }
}

impl fmt::Debug for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolution").field("state", &self.state).finish_non_exhaustive()
    }
}
