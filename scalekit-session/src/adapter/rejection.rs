//! [`Rejection`]: a refusal with its answer, as extractors and guards hand it out.

use std::fmt;

use crate::adapter::exchange::Exchange;
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::event::Event;
use crate::pipeline::resolution::SessionState;
use crate::request::RequestView;
use crate::rules::access::Requires;
use crate::session::Session;

/// Why an extractor or guard refused a request, and the reply that says so: a redirect to login, a page, or problem
/// JSON. Adapters wrap it, to make a response of their framework of it.
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

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectionKind {
    /// 401, or a redirect to login.
    Unauthenticated,
    /// 403: signed in, but not allowed.
    Forbidden,
    /// 403: another site sent the request.
    CrossOrigin,
    /// 503: the session cannot be checked now.
    Unavailable,
    /// 421: for a host that is not served.
    Misdirected,
    /// 500: the adapter's middleware is not around the handler.
    NotSetUp,
}

impl Exchange {
    /// Lets a session in that meets the requirement. Everybody else is refused: whoever is nobody, may not, sent the
    /// request from another site, or cannot be judged now.
    ///
    /// # Errors
    ///
    /// The refusal, with its answer.
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
    /// Fails closed where the adapter's middleware is missing: the log names the fix, the visitor does not hear of it.
    #[must_use]
    pub fn not_set_up(fix: &'static str) -> Self {
        Event::NotSetUp { fix }.emit_unlimited();
        let mut reply = Reply::new(500);
        reply.body = "session handling is not set up".to_owned();
        Self { kind: RejectionKind::NotSetUp, message: fix, reply }
    }

    /// What kind of refusal this is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// The status code of this kind of refusal. That of the reply may be another: a page load without a session is
    /// redirected.
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

    /// The answer to the request.
    pub fn reply(&self) -> &Reply {
        &self.reply
    }

    /// The answer to the request.
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
