//! What this crate knows of one request, kept in the request's local cache.

use std::sync::{Arc, Mutex, PoisonError};

use rocket::http::{Method, Status};
use rocket::{Request, Response};
use scalekit_session::adapter::{Exchange, Rejection, RequestHead, RequestView};
use scalekit_session::{Requires, SessionManager, SessionState};

use crate::guard::Session;
use crate::headers::HeaderLines;
use crate::rejection::SessionRejection;
use crate::reply::apply;

/// Rocket's managed state that says that our fairing is attached. Private, so that nothing else can say so.
pub(crate) struct Attached;

/// One request: its method and target as the client sent them, before Rocket routes `HEAD` as `GET` and before fairings
/// rewrite the target; its exchange; and why a guard refused it.
pub(crate) struct Visit {
    method: Method,
    target: String,
    authority: Option<String>,
    pub(crate) exchange: Exchange,
    /// Of the last refusal: why, and which route was tried then.
    rejection: Mutex<Option<(Rejection, Option<usize>)>>,
}

impl Visit {
    /// The visit of a request, which our fairing began. `None` without our fairing, and for a request that Rocket could not
    /// parse: such a request goes to catchers past all fairings, so nothing could write its cookies.
    pub(crate) fn of<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        request.local_cache(|| None::<Self>).as_ref()
    }

    /// Begins the visit of a request.
    pub(crate) fn begin(request: &Request<'_>, manager: &Arc<dyn SessionManager>) {
        // HTTP/1 has `Host` lines, which the core reads. HTTP/2 has the authority in the URI, which Rocket does not keep.
        let authority =
            request.host().filter(|_| !request.headers().contains("host")).map(ToString::to_string);
        let visit = Self {
            method: request.method(),
            target: request.uri().to_string(),
            authority,
            exchange: Exchange::new(Arc::clone(manager)),
            rejection: Mutex::new(None),
        };
        request.local_cache(|| Some(visit));
    }

    /// Finds out which session the request has.
    pub(crate) async fn resolve(&self, request: &Request<'_>) -> SessionState {
        self.read(request, |view| self.exchange.resolve(view)).await
    }

    /// Lets a session in that meets the requirement. Remembers a refusal, because Rocket does not tell the catcher.
    pub(crate) fn admit(
        &self,
        request: &Request<'_>,
        state: SessionState,
        requirement: Option<&Requires>,
    ) -> Result<Session, SessionRejection> {
        let admitted = self.read(request, |view| self.exchange.admit(state, requirement, view));
        admitted.map(Session).map_err(|rejection| {
            *self.rejection.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((rejection.clone(), tried(request)));
            rejection.into()
        })
    }

    /// Why a guard refused the request last, if that guard belongs to the route that was tried last and refused with that
    /// status. Otherwise the status has another cause.
    pub(crate) fn rejection(&self, status: Status, request: &Request<'_>) -> Option<Rejection> {
        let rejection = self.rejection.lock().unwrap_or_else(PoisonError::into_inner);
        let (why, route) = rejection.as_ref()?;
        (why.status() == status.code && *route == tried(request)).then(|| why.clone())
    }

    /// The request, for one of the ready-made routes.
    pub(crate) fn head(&self, request: &Request<'_>) -> RequestHead {
        self.read(request, |view| view.to_head())
    }

    /// Writes the session's cookies and headers just before the response leaves.
    pub(crate) fn finish(&self, response: &mut Response<'_>) {
        let edits = self.exchange.finish(&HeaderLines(response.headers()));
        apply(&edits, response);
    }

    fn read<T>(&self, request: &Request<'_>, read: impl FnOnce(&RequestView<'_>) -> T) -> T {
        let lines = HeaderLines(request.headers());
        // The method that is routed is the method that is judged (R51), except `HEAD`, which Rocket routes as `GET` (R13).
        let head_as_get = self.method == Method::Head && request.method() == Method::Get;
        let method = if head_as_get { Method::Head } else { request.method() };
        let view = RequestView::new(method.as_str(), &self.target, &lines);
        read(&view.with_authority(self.authority.as_deref()))
    }
}

/// Which route is being tried: where its description lies in memory. `None` before there is a route.
fn tried(request: &Request<'_>) -> Option<usize> {
    request.route().map(|route| std::ptr::from_ref(route).addr())
}
