//! Request guards: [`Session`], [`MaybeSession`] and [`Authorized`].

use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use rocket::request::{FromRequest, Outcome};
use rocket::{Ignite, Request, Rocket, Sentinel};
use scalekit_session::{Requirement, Requires, SessionState};

use crate::rejection::{MISSING_FAIRING, SessionRejection};
use crate::visit::{Attached, Visit};

/// The session of a signed-in user. Everybody else is refused: a page load goes to login, a program gets 401.
///
/// It fails and does not forward: a route of a lower rank never takes over by accident. For that see
/// [`Forwarding`](crate::Forwarding).
///
/// # `Option<Session>` hides outages
///
/// Rocket makes `Option` and `Result` of every guard, and both swallow what went wrong: a session that cannot be checked
/// now looks like nobody. A page that everybody may see takes [`MaybeSession`], which tells them apart.
#[derive(Clone, Debug)]
pub struct Session(scalekit_session::Session);

impl Session {
    /// The session itself, to keep beyond the request.
    #[must_use]
    pub fn into_inner(self) -> scalekit_session::Session {
        self.0
    }
}

impl Deref for Session {
    type Target = scalekit_session::Session;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        answer(session(request, None).await.map(Self))
    }
}

/// Whoever sent the request, for pages that everybody may see.
///
/// Only a request that another site forged, or one for a host that is not served, is refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MaybeSession {
    /// A signed-in user.
    Active(Session),
    /// Nobody.
    Anonymous,
    /// Scalekit does not answer; the session is not lost.
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for MaybeSession {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        answer(match resolve(request).await {
            Ok((_, SessionState::Anonymous)) => Ok(Self::Anonymous),
            Ok((_, SessionState::Unavailable { retry_after })) => Ok(Self::Unavailable { retry_after }),
            Ok((visit, other)) => match visit.admit(request, other, None) {
                Ok(session) => Ok(Self::Active(Session(session))),
                Err(rejection) => Err(rejection.into()),
            },
            Err(rejection) => Err(rejection),
        })
    }
}

/// A session that meets `R`. A signed-in user who does not is refused with 403.
///
/// ```
/// use rocket::get;
/// use scalekit_rocket::{Authorized, Requires, Requirement};
///
/// struct CanReadInvoices;
///
/// impl Requirement for CanReadInvoices {
///     fn requires() -> Requires {
///         Requires::permission("invoices:read")
///     }
/// }
///
/// #[get("/invoices")]
/// fn invoices(caller: Authorized<CanReadInvoices>) -> String {
///     format!("Invoices for {}", caller.user_id())
/// }
/// # fn main() { let _ = rocket::routes![invoices]; }
/// ```
#[derive(Debug)]
pub struct Authorized<R> {
    session: Session,
    requirement: PhantomData<fn() -> R>,
}

impl<R> Authorized<R> {
    /// The session.
    #[must_use]
    pub fn into_session(self) -> Session {
        self.session
    }
}

impl<R> Deref for Authorized<R> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

#[rocket::async_trait]
impl<'r, R: Requirement> FromRequest<'r> for Authorized<R> {
    type Error = SessionRejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, SessionRejection> {
        let session = session(request, Some(&R::requires())).await;
        answer(session.map(|session| Self { session: Session(session), requirement: PhantomData }))
    }
}

impl Sentinel for Session {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

impl Sentinel for MaybeSession {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

impl<R> Sentinel for Authorized<R> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

/// Whether the application lacks the fairing, without which no guard can work. Says so in the log: Rocket's own
/// message names the guard and the route.
pub(crate) fn is_missing(rocket: &Rocket<Ignite>) -> bool {
    let missing = rocket.state::<Attached>().is_none();
    if missing {
        tracing::error!("{MISSING_FAIRING}");
    }
    missing
}

async fn resolve<'r>(request: &'r Request<'_>) -> Result<(&'r Visit, SessionState), SessionRejection> {
    let visit = Visit::of(request).ok_or_else(SessionRejection::missing_fairing)?;
    Ok((visit, visit.resolve(request).await))
}

async fn session(
    request: &Request<'_>,
    requirement: Option<&Requires>,
) -> Result<scalekit_session::Session, SessionRejection> {
    let (visit, state) = resolve(request).await?;
    Ok(visit.admit(request, state, requirement)?)
}

fn answer<G>(guarded: Result<G, SessionRejection>) -> Outcome<G, SessionRejection> {
    match guarded {
        Ok(guard) => Outcome::Success(guard),
        Err(rejection) => Outcome::Error((rejection.status(), rejection)),
    }
}
