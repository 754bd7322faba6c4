//! The session's part in one request, kept in the request's local cache.

use std::sync::{Arc, Mutex, PoisonError};

use rocket::http::{Method, Status};
use rocket::{Request, Response};
use scalekit_session::adapter::{Exchange, Rejection, RequestHead, RequestView};
use scalekit_session::{Requires, Session, SessionManager, SessionState};

use crate::headers::HeaderLines;
use crate::reply::apply;

/// That our fairing is attached, as Rocket's managed state. Private, so that nothing else can say so.
pub(crate) struct Attached;

/// One request: what it was before Rocket routes `HEAD` as `GET` and fairings rewrite its target, its exchange, and why
/// a guard refused it.
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
    /// The visit of a request, which our fairing began. `None` without our fairing, and for what Rocket could not parse:
    /// that goes to catchers past all fairings, so nothing could write its cookies.
    pub(crate) fn of<'r>(request: &'r Request<'_>) -> Option<&'r Self> {
        request.local_cache(|| None::<Self>).as_ref()
    }

    /// Begins the visit of a request.
    pub(crate) fn begin(request: &Request<'_>, manager: &Arc<dyn SessionManager>) {
        let authority = if request.headers().contains("host") {
            None // the core reads the lines as they came
        } else {
            request.host().map(ToString::to_string) // of HTTP/2, in the URI that Rocket does not keep
        };
        let visit = Self {
            method: request.method(),
            target: request.uri().to_string(),
            authority,
            exchange: Exchange::new(Arc::clone(manager)),
            rejection: Mutex::new(None),
        };
        request.local_cache(|| Some(visit));
    }

    /// Whom the request is from.
    pub(crate) async fn resolve(&self, request: &Request<'_>) -> SessionState {
        let resolving = self.read(request, |view| self.exchange.resolve(view));
        resolving.await
    }

    /// Lets a session in that meets the requirement. Remembers a refusal for the catcher, which is not told.
    pub(crate) fn admit(
        &self,
        request: &Request<'_>,
        state: SessionState,
        requirement: Option<&Requires>,
    ) -> Result<Session, Rejection> {
        let admitted = self.read(request, |view| self.exchange.admit(state, requirement, view));
        admitted.inspect_err(|rejection| {
            *self.rejection.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((rejection.clone(), tried(request)));
        })
    }

    /// Why a guard refused the request last, with that status. A route of a lower rank that took over answers for itself,
    /// and a status that is not the guard's is not its doing.
    pub(crate) fn rejection(&self, status: Status, request: &Request<'_>) -> Option<Rejection> {
        let rejection = self.rejection.lock().unwrap_or_else(PoisonError::into_inner);
        let fits =
            |(why, route): &&(Rejection, RouteId)| why.status() == status.code && *route == tried(request);
        rejection.as_ref().filter(fits).map(|(why, _)| why.clone())
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
        // What is routed is what is judged (R51), but for `HEAD`, which Rocket routes as `GET` (R13).
        let head_as_get = self.method == Method::Head && request.method() == Method::Get;
        let method = if head_as_get { Method::Head } else { request.method() };
        let view = RequestView::new(method.as_str(), &self.target, &lines);
        read(&view.with_authority(self.authority.as_deref()))
    }
}

fn tried(request: &Request<'_>) -> RouteId {
    request.route().map(|route| std::ptr::from_ref(route).addr())
}
