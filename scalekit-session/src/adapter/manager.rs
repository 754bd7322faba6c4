//! [`SessionManager`]: the trait between the adapters of web frameworks and the rules of sessions.
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

/// Finds, seals and refreshes sessions. Adapters hold an `Arc<dyn SessionManager>` and call it through one
/// [`Exchange`](crate::adapter::Exchange) per request.
///
/// [`Scalekit`](crate::Scalekit) is the manager that applications configure. An application can write another one, for
/// sessions from another source. The repository's `examples/gateway-session` reads them from a header that a gateway
/// signs, and runs under every adapter.
///
/// Three guarantees do not depend on the manager, because [`Exchange`](crate::adapter::Exchange) enforces them:
///
/// - A request that has effects and that another origin sent gets no session.
/// - A response for which a session was asked has `Cache-Control: private, no-store` and `Vary: Cookie`.
/// - No cookie is written after the headers of a response are sent.
///
/// The default methods suit a manager that neither seals nor refreshes sessions and has no routes of its own.
///
/// ```
/// use scalekit_session::adapter::{Exchange, Inspection, RequestView, Resolution, VerifiedSession};
/// use scalekit_session::{Clock, Policy, Session, SessionManager, SessionState, SystemClock, Timestamp};
///
/// /// For a demonstration: every request has the session of the same visitor.
/// #[derive(Debug)]
/// struct Demonstration {
///     clock: SystemClock,
///     visitor: Session,
///     policy: Policy,
/// }
///
/// impl SessionManager for Demonstration {
///     fn clock(&self) -> &dyn Clock {
///         &self.clock
///     }
///
///     fn refresh_policy(&self) -> &Policy {
///         &self.policy
///     }
///
///     fn allowed_origins(&self) -> &[String] {
///         &[]
///     }
///
///     fn inspect(&self, _request: &RequestView<'_>, _now: Timestamp) -> Inspection {
///         Inspection::Settled(Resolution::new(SessionState::Active(self.visitor.clone())))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let claims = br#"{"iss":"https://demo.example","sub":"usr_demo","iat":1760000000,"exp":1760003600}"#;
/// let visitor = VerifiedSession::of_claims(claims)?.into_session();
/// let manager = Demonstration { clock: SystemClock::default(), visitor, policy: Policy::default() };
/// let exchange = Exchange::new(std::sync::Arc::new(manager));
///
/// let headers = [("host", "demo.example")];
/// let state = exchange.resolve(&RequestView::new("GET", "/", &headers)).await;
/// assert!(matches!(state, SessionState::Active(session) if session.user_id() == "usr_demo"));
///
/// let state = Exchange::new(exchange.manager().clone())
///     .resolve(&RequestView::new("POST", "/", &[("origin", "https://elsewhere.example")]))
///     .await;
/// assert!(matches!(state, SessionState::CrossOrigin));
/// # Ok(()) }
/// ```
#[async_trait]
pub trait SessionManager: fmt::Debug + Send + Sync + 'static {
    /// The clock. It is read once for each decision.
    fn clock(&self) -> &dyn Clock;

    /// When sessions are refreshed and when they end.
    fn refresh_policy(&self) -> &Policy;

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

    /// Refreshes the session of a request now, whatever the age of its access token: for example after the user's roles
    /// changed. By default it returns the session that [`inspect`](Self::inspect) finds.
    fn refresh(&self, request: &RequestView<'_>, now: Timestamp) -> Pending {
        match self.inspect(request, now) {
            Inspection::Settled(resolution) => Pending::new(ready(resolution)),
            Inspection::Pending(pending) => pending,
        }
    }

    /// The commit point: which cookies the response may still write, just before its headers are sent. A manager drops
    /// here the cookies of a session that ended since the decision, or that a newer refresh replaced. By default it
    /// returns all cookies of the resolution.
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

    /// Serves one of the manager's own routes. By default it answers 404.
    async fn serve(&self, _route: AuthRoute, _request: RequestHead) -> Reply {
        Reply::new(404)
    }
}
