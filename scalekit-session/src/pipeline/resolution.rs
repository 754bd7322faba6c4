//! The results of the pipeline: the session of a request, and the cookies that its response writes.

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

/// The result of [`SessionManager::inspect`](crate::SessionManager::inspect): a decision, or a future that decides.
///
/// ```
/// use scalekit_session::adapter::{Inspection, RequestView};
/// use scalekit_session::testing::TestEnvironment;
/// use scalekit_session::{SessionManager, SessionState};
///
/// let scalekit = TestEnvironment::new().scalekit();
/// let headers = [("host", "app.test")];
/// match scalekit.inspect(&RequestView::new("GET", "/", &headers), scalekit.clock().now()) {
///     Inspection::Settled(resolution) => assert!(matches!(resolution.state(), SessionState::Anonymous)),
///     _ => unreachable!("without a cookie no call to Scalekit is needed"),
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "an inspection decides which session the request has"]
pub enum Inspection {
    /// The decision.
    Settled(Resolution),
    /// The decision needs a call to Scalekit first.
    Pending(Pending),
}

// R7: a refresh that was begun goes on when its request is cancelled.
/// A decision that waits for Scalekit. It does not borrow the request. A refresh that this future began runs in a task
/// of its own, and goes on when the future is dropped.
///
/// ```
/// use scalekit_session::SessionState;
/// use scalekit_session::adapter::{Pending, Resolution};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let pending = Pending::new(async { Resolution::new(SessionState::Anonymous) });
/// assert!(matches!(pending.await.state(), SessionState::Anonymous));
/// # }
/// ```
#[must_use = "futures do nothing unless polled"]
pub struct Pending(BoxFuture<'static, Resolution>);

impl Pending {
    /// Wraps a future that decides.
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

/// Whether a request has a session.
///
/// ```
/// use std::time::Duration;
///
/// use scalekit_session::SessionState;
///
/// fn greeting(state: &SessionState) -> String {
///     match state {
///         SessionState::Active(session) => format!("Welcome back, {}.", session.user_id()),
///         SessionState::Unavailable { retry_after } => format!("Please try again in {} s.", retry_after.as_secs()),
///         _ => "Please sign in.".to_owned(),
///     }
/// }
///
/// assert_eq!(greeting(&SessionState::Anonymous), "Please sign in.");
/// let unavailable = SessionState::Unavailable { retry_after: Duration::from_secs(2) };
/// assert_eq!(greeting(&unavailable), "Please try again in 2 s.");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionState {
    /// The request has this session.
    Active(Session),
    /// The request has no session.
    Anonymous,
    /// Whether the request has a session cannot be known at the moment, because Scalekit does not answer. The cookies
    /// stay, so the session is not lost.
    Unavailable {
        /// How long the client should wait before it tries again.
        retry_after: Duration,
    },
    // R51
    /// Another site sent the request, and the request may have effects. It gets no session, whatever its cookies show.
    CrossOrigin,
    /// The request is for a host that this configuration does not serve. With an `http` redirect URI only loopback
    /// hosts are served.
    Misdirected,
}

/// A decision: the state of the request's session, the cookies to write, and why there is no session.
///
/// ```
/// use scalekit_session::SessionState;
/// use scalekit_session::adapter::{NoSession, Resolution};
///
/// let resolution = Resolution::new(SessionState::Anonymous).because(NoSession::Expired);
/// assert!(matches!(resolution.state(), SessionState::Anonymous));
/// assert_eq!(resolution.reason(), NoSession::Expired);
/// assert!(resolution.cookies().is_empty());
/// ```
#[must_use = "cookies of a resolution must be written to the response"]
pub struct Resolution {
    pub(crate) state: SessionState,
    pub(crate) write: Option<Box<Write>>,
    /// Why there is no session. It counts for [`SessionState::Anonymous`] only.
    pub(crate) no_session: NoSession,
}

/// Cookies to write, and which session they belong to.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) cookies: Vec<SetCookie>,
    /// `None` when the cookies belong to no session that this crate knows: they are always written.
    pub(crate) of: Option<WriteOf>,
}

/// Which session's cookies a response writes or removes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WriteOf {
    /// The cookies of this session, of this generation.
    Data(SessionId, u32),
    /// The removal of a session's cookies. `of` is `None` for data without a marker.
    Removal { of: Option<(SessionId, u32)>, decided_at: Timestamp },
}

impl Resolution {
    /// A decision that writes no cookies.
    pub fn new(state: SessionState) -> Self {
        Self { state, write: None, no_session: NoSession::NotSignedIn }
    }

    /// The same decision with more cookies to write. Cookies that are added to those of a session are written under the
    /// same conditions: not when the session ended meanwhile, and not when a newer refresh is known.
    pub fn with_cookies(mut self, cookies: Vec<SetCookie>) -> Self {
        match &mut self.write {
            Some(write) => write.cookies.extend(cookies),
            None => self.write = Some(Box::new(Write { cookies, of: None })),
        }
        self
    }

    /// The same decision with the reason why there is no session. It counts for [`SessionState::Anonymous`] only.
    pub fn because(self, why: NoSession) -> Self {
        Self { no_session: why, ..self }
    }

    /// Why there is no session. It counts for [`SessionState::Anonymous`] only.
    #[must_use]
    pub fn reason(&self) -> NoSession {
        self.no_session
    }

    /// Whether the request has a session.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r30_added_cookies_are_written_under_the_conditions_of_the_sessions_own() {
        let cookie = || vec![SetCookie::parse("theme=dark; Path=/").unwrap()];
        let of = Some(WriteOf::Data(SessionId::from_bytes([1; 16]), 7));
        let write = Some(Box::new(Write { cookies: cookie(), of }));
        let wrapped = Resolution { write, ..Resolution::new(SessionState::Anonymous) }.with_cookies(cookie());
        assert_eq!(wrapped.cookies().len(), 2);
        assert!(matches!(wrapped.write.unwrap().of, Some(WriteOf::Data(_, 7))));
        assert!(Resolution::new(SessionState::Anonymous).with_cookies(cookie()).write.unwrap().of.is_none());
    }
}
