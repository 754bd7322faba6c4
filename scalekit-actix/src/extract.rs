//! Extractors: [`Session`], [`MaybeSession`], `Option<Session>` and [`Authorized`].

use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use scalekit_session::{Exchange, Refusal, RequestView, Requirement, State};

use crate::headers::RequestLines;
use crate::rejection::SessionRejection;

/// The session of a signed-in user. Everybody else is refused: a page load goes to login, a program gets 401.
///
/// **Take [`MaybeSession`] for pages that everybody may see, not `Option<Session>`.** actix-web makes `None` of every
/// refusal of an extractor, so `Option<Session>` is `None` for nobody, and just as well for a signed-in user while
/// Scalekit does not answer, for a request that another site forged, and where
/// [`SessionMiddleware`](crate::SessionMiddleware) is missing. It never lets anybody in who should not be, but it shows a
/// signed-in user a page for strangers.
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

impl FromRequest for Session {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |state| match state {
            State::Active(session) => Ok(Self(session)),
            other => Err(why(&other)),
        })
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

impl FromRequest for MaybeSession {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |state| match state {
            State::Active(session) => Ok(Self::Active(Session(session))),
            State::Anonymous => Ok(Self::Anonymous),
            State::Unavailable { retry_after } => Ok(Self::Unavailable { retry_after }),
            other => Err(why(&other)),
        })
    }
}

/// What a handler requires of its caller, as a type.
pub trait Requires {
    /// The condition.
    fn requirement() -> Requirement;
}

/// A session that meets `R`. A signed-in user who does not is refused with 403.
///
/// ```
/// use scalekit_actix::{Authorized, Requirement, Requires};
///
/// struct CanReadInvoices;
///
/// impl Requires for CanReadInvoices {
///     fn requirement() -> Requirement {
///         Requirement::permission("invoices:read")
///     }
/// }
///
/// async fn invoices(caller: Authorized<CanReadInvoices>) -> String {
///     format!("Invoices for {}", caller.user_id())
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(invoices);
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

impl<R: Requires + 'static> FromRequest for Authorized<R> {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |state| {
            let State::Active(session) = state else {
                return Err(why(&state));
            };
            let requirement = R::requirement();
            if requirement.is_met_by(session.claims()) {
                return Ok(Self { session: Session(session), requirement: PhantomData });
            }
            Err(Refusal::Forbidden { required: requirement.to_string() })
        })
    }
}

/// The answer of an extractor. It is there at once, and boxes nothing, unless Scalekit has to be asked: for a refresh, or
/// for its keys.
pub struct ExtractFuture<T>(Stage<T>);

enum Stage<T> {
    Known(Ready<Result<T, SessionRejection>>),
    Waiting(Pin<Box<dyn Future<Output = Result<T, SessionRejection>>>>),
}

impl<T> Future for ExtractFuture<T> {
    type Output = Result<T, SessionRejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Stage::Known(answer) => Pin::new(answer).poll(cx),
            Stage::Waiting(waiting) => waiting.as_mut().poll(cx),
        }
    }
}

impl<T> fmt::Debug for ExtractFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExtractFuture(..)")
    }
}

/// What waits owns what it needs of the request: no borrow of the extensions and no clone of the request outlives this
/// call.
fn ask<T: 'static>(request: &HttpRequest, judge: fn(State) -> Result<T, Refusal>) -> ExtractFuture<T> {
    let exchange = request.extensions().get::<Arc<Exchange>>().map(Arc::clone);
    let Some(exchange) = exchange else {
        return ExtractFuture(Stage::Known(ready(Err(SessionRejection::missing_middleware()))));
    };
    let lines = RequestLines::of(request.head());
    let known = exchange.resolve(&lines.view()).known();
    ExtractFuture(match known {
        Some(state) => Stage::Known(ready(answer(judge(state), &exchange, &lines.view()))),
        None => {
            let head = lines.view().to_head();
            Stage::Waiting(Box::pin(async move {
                let resolving = exchange.resolve(&head.view());
                let state = resolving.await;
                answer(judge(state), &exchange, &head.view())
            }))
        }
    })
}

fn answer<T>(
    judged: Result<T, Refusal>,
    exchange: &Exchange,
    request: &RequestView<'_>,
) -> Result<T, SessionRejection> {
    judged.map_err(|why| SessionRejection::refused(exchange.refuse(request, why)))
}

fn why(state: &State) -> Refusal {
    Refusal::of(state).unwrap_or(Refusal::Unauthenticated)
}
