//! [`SessionManager`]: the trait between the adapters of web frameworks and the rules of sessions.
//!
//! (`tower-sessions` has a tower service of the same name; this one is a trait.)

use std::fmt;

use async_trait::async_trait;

use crate::answer::problem::problem;
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::cookie::SetCookie;
use crate::error::Error;
use crate::pipeline::resolution::{Inspection, Pending, Resolution};
use crate::request::{Headers, RequestHead, RequestView};
use crate::rules::policy::Policy;
use crate::rules::routes::{AuthRoute, AuthRoutes};
use crate::session::grant::Grant;

/// Finds, seals and refreshes sessions. Adapters hold an `Arc<dyn SessionManager>` and call it through one
/// [`Exchange`](crate::adapter::Exchange) per request.
///
/// [`Scalekit`](crate::Scalekit) is the manager that applications configure. An application can write another one, for
/// sessions from another source. The repository's `examples/gateway-session` reads them from a header that a gateway
/// signs, and runs under every adapter.
///
/// The default methods suit a manager that neither seals nor refreshes and has no routes of its own. What remains to be
/// written is [`allowed_origins`](Self::allowed_origins) and [`inspect`](Self::inspect). A manager for the tests of an
/// application, which signs the same user in with every request:
///
/// ```
/// use scalekit_session::adapter::{Exchange, Inspection, RequestView, Resolution, VerifiedSession};
/// use scalekit_session::{Session, SessionManager, SessionState, Timestamp};
/// use std::sync::Arc;
///
/// #[derive(Debug)]
/// struct AlwaysAda {
///     session: Session,
///     origins: [String; 1],
/// }
///
/// impl SessionManager for AlwaysAda {
///     fn allowed_origins(&self) -> &[String] {
///         &self.origins
///     }
///
///     fn inspect(&self, _request: &RequestView<'_>, _now: Timestamp) -> Inspection {
///         Inspection::Settled(Resolution::new(SessionState::Active(self.session.clone())))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let claims = br#"{"iss":"https://test.invalid","sub":"ada","iat":1760000000,"exp":9999999999,"roles":["admin"]}"#;
/// let session = VerifiedSession::of_claims(claims)?.into_session();
/// let manager: Arc<dyn SessionManager> = Arc::new(AlwaysAda { session, origins: ["https://app.test".to_owned()] });
///
/// let headers = [("host", "app.test"), ("sec-fetch-site", "same-origin")];
/// let request = RequestView::new("POST", "/invoices", &headers);
/// let state = Exchange::new(Arc::clone(&manager)).resolve(&request).await;
/// assert!(matches!(state, SessionState::Active(session) if session.has_role("admin")));
///
/// // The manager does not look at the sender of a request. `Exchange` does.
/// let headers = [("host", "app.test"), ("sec-fetch-site", "cross-site")];
/// let request = RequestView::new("POST", "/invoices", &headers);
/// let state = Exchange::new(manager).resolve(&request).await;
/// assert!(matches!(state, SessionState::CrossOrigin));
/// # Ok(()) }
/// ```
#[async_trait]
pub trait SessionManager: fmt::Debug + Send + Sync + 'static {
    /// The clock that every decision reads, once. By default the system's.
    fn clock(&self) -> &dyn Clock {
        &SystemClock
    }

    /// When sessions are refreshed and when they end. By default [`Policy::default`].
    fn refresh_policy(&self) -> &Policy {
        &Policy::DEFAULT
    }

    /// The origins whose pages may send requests that have effects. The application's own origin comes first. Each is
    /// written as browsers write it in `Origin`.
    fn allowed_origins(&self) -> &[String];

    /// Reads what the request carries, and decides. It never blocks: a decision that has to wait is returned as
    /// [`Inspection::Pending`], a future that does not borrow the request.
    fn inspect(&self, request: &RequestView<'_>, now: Timestamp) -> Inspection;

    /// Seals the tokens of a login into the cookies of a new session: first the marker, then the data and its chunks.
    ///
    /// # Errors
    /// - When the cookies cannot hold the session. The error says what makes the session large.
    /// - When the tokens carry no session.
    /// - By default always, because the default manager seals nothing.
    fn seal(&self, _grant: &Grant, _now: Timestamp) -> Result<Vec<SetCookie>, Error> {
        Err(Error::unsupported("this session manager seals no sessions"))
    }

    /// Refreshes the session of a request now, whatever the age of its token: after a change of roles, say. `None` when
    /// the manager cannot refresh: the answer is then what [`inspect`](Self::inspect) found. By default `None`.
    ///
    /// `request` may be a [`RequestHead`], which has no other headers than those that it lists.
    fn refresh(&self, _request: &RequestView<'_>, _now: Timestamp) -> Option<Pending> {
        None
    }

    /// The commit point: which cookies the response may still write, just before its headers are sent. A manager drops
    /// here the cookies of a session that ended since the decision, or that a newer refresh replaced. By default it
    /// returns all cookies of the resolution.
    ///
    /// A manager that wraps another one must call the other's `conclude` here: the default knows none of its conditions.
    fn conclude(&self, resolution: &Resolution, _response: &dyn Headers, _now: Timestamp) -> Vec<SetCookie> {
        resolution.cookies().to_vec()
    }

    /// The reply to a request that is refused. By default problem JSON (RFC 9457).
    fn refuse(&self, _request: &RequestView<'_>, why: &Refusal, _now: Timestamp) -> Reply {
        problem(why, self.routes())
    }

    /// The paths of the manager's own routes. By default it has none.
    fn routes(&self) -> &AuthRoutes {
        static NONE: AuthRoutes = AuthRoutes::NONE;
        &NONE
    }

    /// Serves one of its own routes. By default 404. An `impl` with this method needs the attribute
    /// [`async_trait`](macro@crate::adapter::async_trait).
    ///
    /// `request` has no other headers than those that [`RequestHead`] lists.
    async fn serve(&self, _route: AuthRoute, _request: RequestHead) -> Reply {
        Reply::new(404)
    }
}
