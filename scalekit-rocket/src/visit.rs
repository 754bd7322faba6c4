//! The session's part in one request, kept in the request's local cache.

use std::sync::{Arc, Mutex, PoisonError};

use rocket::http::Method;
use rocket::{Request, Response};
use scalekit_session::{
    Exchange, Rejection, RequestHead, RequestView, Requirement, Session, SessionManager, State,
};

use crate::headers::HeaderLines;
use crate::reply::apply;

/// The manager, as Rocket's managed state. Private, so that nothing but our fairing can put it there.
pub(crate) struct Attached(pub(crate) Arc<dyn SessionManager>);

/// One request: what it was before Rocket routes `HEAD` as `GET` and fairings rewrite it, its exchange, and why a
/// guard refused it.
pub(crate) struct Visit {
    method: Method,
    target: String,
    authority: Option<String>,
    exchange: Exchange,
    rejection: Mutex<Option<(Rejection, RouteId)>>,
}

/// Which route was being tried: where its description lies, `None` before there is one.
type RouteId = Option<usize>;

impl Visit {
    /// The visit of a request, begun when somebody first asks for it. `None` without our fairing.
    pub(crate) fn of<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        request.local_cache(|| Self::begin(request)).as_ref()
    }

    fn begin(request: &Request<'_>) -> Option<Self> {
        let Attached(manager) = request.rocket().state()?;
        Some(Self {
            method: request.method(),
            target: request.uri().to_string(),
            // HTTP/2 has it in the URI, which Rocket does not keep.
            authority: request.host().map(ToString::to_string),
            exchange: Exchange::new(Arc::clone(manager)),
            rejection: Mutex::new(None),
        })
    }

    /// Whom the request is from.
    pub(crate) async fn resolve(&self, request: &Request<'_>) -> State {
        let resolving = self.read(request, |view| self.exchange.resolve(view));
        resolving.await
    }

    /// Lets a session in that meets the requirement. Remembers a refusal for the catcher, which is not told.
    pub(crate) fn admit(
        &self,
        request: &Request<'_>,
        state: State,
        requirement: Option<&Requirement>,
    ) -> Result<Session, Rejection> {
        let admitted = self.read(request, |view| self.exchange.admit(state, requirement, view));
        admitted.inspect_err(|rejection| {
            *self.rejection.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((rejection.clone(), tried(request)));
        })
    }

    /// Why a guard refused the request last. A route of a lower rank that took over answers for itself.
    pub(crate) fn rejection(&self, request: &Request<'_>) -> Option<Rejection> {
        let rejection = self.rejection.lock().unwrap_or_else(PoisonError::into_inner);
        rejection.as_ref().filter(|(_, route)| *route == tried(request)).map(|(why, _)| why.clone())
    }

    /// The request, for one of the ready-made routes.
    pub(crate) fn head(&self, request: &Request<'_>) -> RequestHead {
        self.read(request, |view| view.to_head())
    }

    /// The commit point.
    pub(crate) fn finish(&self, response: &mut Response<'_>) {
        let edits = self.exchange.finish(&HeaderLines(response.headers()));
        apply(&edits, response);
    }

    fn read<T>(&self, request: &Request<'_>, read: impl FnOnce(&RequestView<'_>) -> T) -> T {
        let lines = HeaderLines(request.headers());
        let view = RequestView::new(self.method.as_str(), &self.target, &lines);
        read(&view.with_authority(self.authority.as_deref()))
    }
}

fn tried(request: &Request<'_>) -> RouteId {
    request.route().map(|route| std::ptr::from_ref(route).addr())
}
