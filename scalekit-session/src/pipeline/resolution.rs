//! What a look at a request leads to: whom the request is from, and which cookies its response writes.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::answer::refusal::NoSession;
use crate::clock::Timestamp;
use crate::cookie::SetCookie;
use crate::id::SessionId;
use crate::session::Session;

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
pub enum SessionState {
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
    pub(crate) state: SessionState,
    pub(crate) write: Option<Box<Write>>,
    /// Why there is no session, where there is none.
    pub(crate) no_session: NoSession,
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
    pub fn new(state: SessionState) -> Self {
        Self { state, write: None, no_session: NoSession::NotSignedIn }
    }

    /// The same decision with cookies to write.
    pub fn with_cookies(self, cookies: Vec<SetCookie>) -> Self {
        Self { write: Some(Box::new(Write { cookies, of: None })), ..self }
    }

    /// The same decision with the reason why there is no session. It counts for [`SessionState::Anonymous`] only.
    pub fn because(self, why: NoSession) -> Self {
        Self { no_session: why, ..self }
    }

    /// Why there is no session, where the state is [`SessionState::Anonymous`].
    #[must_use]
    pub fn reason(&self) -> NoSession {
        self.no_session
    }

    /// Whom the request is from.
    #[must_use]
    pub fn state(&self) -> &SessionState {
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
