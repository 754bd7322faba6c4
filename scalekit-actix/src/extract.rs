//! Extractors: [`Session`], [`MaybeSession`] and [`Authorized`].

use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use scalekit_session::adapter::{Exchange, Rejection, RequestView};
use scalekit_session::{Requirement, Requires, SessionState};

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
        ask(request, |asked, state| Ok(Self(asked.admit(state, None)?)))
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
        ask(request, |asked, state| match state {
            SessionState::Anonymous => Ok(Self::Anonymous),
            SessionState::Unavailable { retry_after } => Ok(Self::Unavailable { retry_after }),
            other => Ok(Self::Active(Session(asked.admit(other, None)?))),
        })
    }
}

/// A session that meets `R`. A signed-in user who does not is refused with 403.
///
/// ```
/// use scalekit_actix::{Authorized, Requires, Requirement};
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

impl<R: Requirement + 'static> FromRequest for Authorized<R> {
    type Error = SessionRejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ask(request, |asked, state| {
            let session = asked.admit(state, Some(&R::requires()))?;
            Ok(Self { session: Session(session), requirement: PhantomData })
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

/// Asks for the session. What waits owns what it needs of the request: no borrow of the extensions and no clone of the
/// request outlives this call.
fn ask<T: 'static>(
    request: &HttpRequest,
    judge: fn(&Asked<'_>, SessionState) -> Result<T, Rejection>,
) -> ExtractFuture<T> {
    let exchange = request.extensions().get::<Exchange>().cloned();
    let Some(exchange) = exchange else {
        let rejection = Rejection::not_set_up(
            "no SessionMiddleware around this handler: add `.wrap(SessionMiddleware::new(&scalekit))` to its `App`, as \
             the last `wrap`",
        );
        return ExtractFuture(Stage::Known(ready(Err(rejection.into()))));
    };
    let lines = RequestLines::of(request.head());
    let view = lines.view();
    ExtractFuture(match exchange.resolve(&view).known() {
        Ok(state) => {
            let asked = Asked { exchange: &exchange, request: &view };
            Stage::Known(ready(judge(&asked, state).map_err(SessionRejection::from)))
        }
        Err(waiting) => {
            let head = view.to_head();
            Stage::Waiting(Box::pin(async move {
                let state = waiting.await;
                let asked = Asked { exchange: &exchange, request: &head.view() };
                judge(&asked, state).map_err(SessionRejection::from)
            }))
        }
    })
}

/// Who asked, and for which request.
struct Asked<'a> {
    exchange: &'a Exchange,
    request: &'a RequestView<'a>,
}

impl Asked<'_> {
    fn admit(
        &self,
        state: SessionState,
        requirement: Option<&Requires>,
    ) -> Result<scalekit_session::Session, Rejection> {
        self.exchange.admit(state, requirement, self.request)
    }
}
