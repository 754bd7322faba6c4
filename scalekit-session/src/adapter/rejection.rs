//! [`Rejection`]: the error of extractors and guards, with the reply to send.

use std::fmt;

use crate::adapter::exchange::Exchange;
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::event::Event;
use crate::pipeline::resolution::SessionState;
use crate::request::RequestView;
use crate::rules::access::Requires;
use crate::session::Session;

/// Why an extractor or guard refused a request, and the reply to send: a redirect to login, a page, or problem JSON.
/// Each adapter wraps it and turns the reply into a response of its framework.
///
/// ```
/// use scalekit_session::adapter::{Rejection, RejectionKind};
///
/// let rejection = Rejection::not_set_up("add the session layer to the router");
/// assert_eq!(rejection.kind(), RejectionKind::NotSetUp);
/// assert_eq!(rejection.to_string(), "add the session layer to the router");
/// assert_eq!(rejection.into_reply().status, 500);
/// ```
#[derive(Clone, Debug)]
pub struct Rejection {
    kind: RejectionKind,
    message: &'static str,
    reply: Reply,
}

/// Why a request was refused, as a value to match on.
///
/// ```
/// use scalekit_session::SessionState;
/// use scalekit_session::adapter::{Exchange, RejectionKind, RequestView};
/// use scalekit_session::testing::TestEnvironment;
///
/// let exchange = Exchange::new(TestEnvironment::new().scalekit().manager());
/// let headers = [("accept", "application/json")];
/// let request = RequestView::new("GET", "/invoices", &headers);
///
/// let rejection = exchange.admit(SessionState::Anonymous, None, &request).unwrap_err();
/// assert_eq!((rejection.kind(), rejection.status()), (RejectionKind::Unauthenticated, 401));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectionKind {
    /// 401, or a redirect to login: the request has no session.
    Unauthenticated,
    /// 403: the user is signed in, but does not meet what the route requires.
    Forbidden,
    /// 403: another site sent the request.
    CrossOrigin,
    /// 503: the session cannot be checked at the moment.
    Unavailable,
    /// 421: the request is for a host that this configuration does not serve.
    Misdirected,
    /// 500: the adapter's middleware does not run around the handler.
    NotSetUp,
}

impl Exchange {
    /// Refreshes the session that a handler was given, and returns the new one. `None` when there are no new tokens and
    /// the session at hand can still be served.
    ///
    /// # Errors
    ///
    /// The refusal and its reply, when the session at hand can no longer be served either.
    pub async fn refresh_admitted(
        &self,
        session: &Session,
        request: &RequestView<'_>,
    ) -> Result<Option<Session>, Rejection> {
        let state = self.refresh(request).await;
        let refreshed = self.admit(state, None, request)?;
        let is_new = refreshed.refreshes() != session.refreshes() || refreshed.claims() != session.claims();
        Ok(is_new.then_some(refreshed))
    }

    /// Returns the session when the request has one and the session meets the requirement.
    ///
    /// # Errors
    ///
    /// The refusal and its reply, when the request has no session, when the session does not meet the requirement, when
    /// another site sent the request, when the request is for another host, and when the session cannot be checked at
    /// the moment.
    pub fn admit(
        &self,
        state: SessionState,
        requirement: Option<&Requires>,
        request: &RequestView<'_>,
    ) -> Result<Session, Rejection> {
        let why = match (state, requirement) {
            (SessionState::Active(session), Some(requirement))
                if !requirement.is_met_by(session.claims()) =>
            {
                Refusal::Forbidden { required: requirement.to_string() }
            }
            (SessionState::Active(session), _) => return Ok(session),
            (SessionState::Anonymous, _) => Refusal::Unauthenticated,
            (SessionState::Unavailable { retry_after }, _) => Refusal::Unavailable { retry_after },
            (SessionState::CrossOrigin, _) => Refusal::CrossOrigin,
            (SessionState::Misdirected, _) => Refusal::Misdirected,
        };
        let (kind, message) = match &why {
            Refusal::Forbidden { .. } => (RejectionKind::Forbidden, "the session may not do this"),
            Refusal::CrossOrigin => (RejectionKind::CrossOrigin, "another site sent the request"),
            Refusal::Unavailable { .. } => (RejectionKind::Unavailable, "the session cannot be checked now"),
            Refusal::Misdirected => {
                (RejectionKind::Misdirected, "the request is for a host that is not served")
            }
            Refusal::Unauthenticated | Refusal::Racing | Refusal::Expired => {
                (RejectionKind::Unauthenticated, "there is no session")
            }
        };
        Err(Rejection { kind, message, reply: self.refuse(request, why) })
    }
}

impl Rejection {
    /// The rejection of a request that came without the adapter's middleware. The handler does not run. The log names
    /// the fix; the response does not.
    #[must_use]
    pub fn not_set_up(fix: &'static str) -> Self {
        Event::NotSetUp { fix }.emit_unlimited();
        let mut reply = Reply::new(500);
        reply.body = "session handling is not set up".to_owned();
        Self { kind: RejectionKind::NotSetUp, message: fix, reply }
    }

    /// Why the request was refused.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// The HTTP status code of this kind of refusal. The reply may have another one: a page load without a session is
    /// redirected to login with 303.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.kind {
            RejectionKind::Unauthenticated => 401,
            RejectionKind::Forbidden | RejectionKind::CrossOrigin => 403,
            RejectionKind::Unavailable => 503,
            RejectionKind::Misdirected => 421,
            RejectionKind::NotSetUp => 500,
        }
    }

    /// The reply to send.
    pub fn reply(&self) -> &Reply {
        &self.reply
    }

    /// The reply to send.
    pub fn into_reply(self) -> Reply {
        self.reply
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Rejection {}
