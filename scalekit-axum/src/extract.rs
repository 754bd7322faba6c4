//! Extractors: [`Session`], [`MaybeSession`], `Option<Session>` and [`Authorized`].

use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use scalekit_session::adapter::{Exchange, Rejection};
use scalekit_session::{Requirement, Requires, SessionState};

use crate::headers::RequestLines;
use crate::rejection::SessionRejection;

/// The session of a signed-in user. Everybody else is refused: a page load goes to login, a program gets 401.
///
/// `Option<Session>` is `None` for nobody; a session that cannot be checked now is refused with 503 all the same, and a
/// missing [`SessionLayer`](crate::SessionLayer) is an error.
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

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionRejection> {
        let (exchange, state) = resolve(parts).await?;
        Ok(Self(admit(parts, &exchange, state, None)?))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, SessionRejection> {
        let (exchange, state) = resolve(parts).await?;
        match state {
            SessionState::Anonymous => Ok(None),
            other => Ok(Some(Self(admit(parts, &exchange, other, None)?))),
        }
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

impl<S: Send + Sync> FromRequestParts<S> for MaybeSession {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionRejection> {
        let (exchange, state) = resolve(parts).await?;
        match state {
            SessionState::Anonymous => Ok(Self::Anonymous),
            SessionState::Unavailable { retry_after } => Ok(Self::Unavailable { retry_after }),
            other => Ok(Self::Active(Session(admit(parts, &exchange, other, None)?))),
        }
    }
}

/// A session that meets `R`. A signed-in user who does not is refused with 403.
///
/// ```
/// use scalekit_axum::{Authorized, Requires, Requirement};
///
/// struct CanReadInvoices;
///
/// impl Requirement for CanReadInvoices {
///     fn requires() -> Requires {
///         Requires::permission("invoices:read")
///     }
/// }
///
/// async fn invoices(caller: Authorized<CanReadInvoices>) -> String {
///     format!("Invoices for {}", caller.user_id())
/// }
/// # fn is_handler<T>(_: impl axum::handler::Handler<T, ()>) {}
/// # is_handler(invoices);
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

impl<R: Requirement, S: Send + Sync> FromRequestParts<S> for Authorized<R> {
    type Rejection = SessionRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SessionRejection> {
        let (exchange, state) = resolve(parts).await?;
        let session = admit(parts, &exchange, state, Some(&R::requires()))?;
        Ok(Self { session: Session(session), requirement: PhantomData })
    }
}

async fn resolve(parts: &Parts) -> Result<(Exchange, SessionState), SessionRejection> {
    let exchange = parts.extensions.get::<Exchange>().cloned().ok_or_else(|| {
        Rejection::not_set_up(
            "no SessionLayer around this handler: add `.layer(SessionLayer::new(&scalekit))` after its route, as the \
             last layer of the router",
        )
    })?;
    let resolving = exchange.resolve(&RequestLines::of(parts).view());
    let state = resolving.await;
    Ok((exchange, state))
}

fn admit(
    parts: &Parts,
    exchange: &Exchange,
    state: SessionState,
    requirement: Option<&Requires>,
) -> Result<scalekit_session::Session, Rejection> {
    exchange.admit(state, requirement, &RequestLines::of(parts).view())
}
