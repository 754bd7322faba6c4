//! [`Exchange`]: one request and its response, as every adapter drives them.
//!
//! The session is resolved once, when a handler or guard first asks for it. When no handler and no guard asks, no
//! cookie is read, no token is refreshed, and the response gets no header.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use crate::adapter::manager::SessionManager;
use crate::answer::caching;
use crate::answer::refusal::Refusal;
use crate::answer::reply::{HeaderEdits, Reply};
use crate::pipeline::resolution::{Inspection, Pending, Resolution, SessionState};
use crate::request::{Headers, RequestView};
use crate::rules::origin;

/// What an adapter does for the session during one request. It calls [`resolve`](Self::resolve) before or while the
/// handler runs, and [`finish`](Self::finish) before it sends the response.
///
/// Clones are the same exchange: an adapter gives one to the handler and keeps one for the response.
///
/// ```
/// use scalekit_session::SessionState;
/// use scalekit_session::adapter::{Exchange, HeaderEdit, RequestView};
/// use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let environment = TestEnvironment::new();
/// let scalekit = environment.scalekit();
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
///
/// let exchange = Exchange::new(scalekit.manager());
/// let headers = [("cookie", cookies.as_str())];
/// let state = exchange.resolve(&RequestView::new("GET", "/", &headers)).await;
/// assert!(matches!(state, SessionState::Active(session) if session.user_id() == "usr_1"));
///
/// let edits = exchange.finish(&[("content-type", "text/html")]);
/// assert_eq!(edits.iter().next(), Some(HeaderEdit::Replace("cache-control", "private, no-store")));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Exchange(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    manager: Arc<dyn SessionManager>,
    resolution: OnceLock<Resolution>,
    refreshed: OnceLock<Resolution>,
    head_sent: AtomicBool,
}

impl Exchange {
    /// An exchange whose session is not resolved yet. It allocates once.
    #[must_use]
    pub fn new(manager: Arc<dyn SessionManager>) -> Self {
        Self(Arc::new(Shared {
            manager,
            resolution: OnceLock::new(),
            refreshed: OnceLock::new(),
            head_sent: AtomicBool::new(false),
        }))
    }

    /// The manager that finds, refreshes and refuses for this exchange.
    #[must_use]
    pub fn manager(&self) -> &Arc<dyn SessionManager> {
        &self.0.manager
    }

    /// What the last call of [`resolve`](Self::resolve) or [`refresh`](Self::refresh) found. `None` before the first
    /// one.
    #[must_use]
    pub fn state(&self) -> Option<&SessionState> {
        self.latest().map(|resolution| &resolution.state)
    }

    /// Finds the session of the request. The first call reads the cookies. Later calls return the same answer, or that
    /// of a [`refresh`](Self::refresh) since.
    ///
    /// The future does not borrow the request. It is ready at once and allocates nothing, unless a call to Scalekit is
    /// needed first.
    pub fn resolve(&self, request: &RequestView<'_>) -> Resolving {
        if let Some(known) = self.state() {
            return Resolving(Stage::Known(ready(known.clone())));
        }
        let manager = &self.0.manager;
        let inspection = manager.inspect(&self.as_of_now(request), manager.clock().now());
        match self.guarded(inspection, request) {
            Inspection::Settled(resolution) => {
                Resolving(Stage::Known(ready(keep(&self.0.resolution, resolution))))
            }
            Inspection::Pending(pending) => self.waiting(Slot::Resolution, pending),
        }
    }

    /// Refreshes the session now, whatever its token's age, and answers with the new one: after a change of roles,
    /// say. Once per exchange; later calls repeat the answer. With a manager that cannot refresh, the answer is that of
    /// [`resolve`](Self::resolve).
    pub fn refresh(&self, request: &RequestView<'_>) -> Resolving {
        if let Some(known) = self.0.refreshed.get() {
            return Resolving(Stage::Known(ready(known.state.clone())));
        }
        let manager = &self.0.manager;
        let Some(pending) = manager.refresh(&self.as_of_now(request), manager.clock().now()) else {
            return self.resolve(request);
        };
        match self.guarded(Inspection::Pending(pending), request) {
            Inspection::Settled(resolution) => {
                Resolving(Stage::Known(ready(keep(&self.0.refreshed, resolution))))
            }
            Inspection::Pending(pending) => self.waiting(Slot::Refreshed, pending),
        }
    }

    /// The reply to a request that is refused. To [`Refusal::Unauthenticated`] it adds why [`resolve`](Self::resolve)
    /// or [`refresh`](Self::refresh) found no session.
    pub fn refuse(&self, request: &RequestView<'_>, why: Refusal) -> Reply {
        let no_session = self.latest().map(|resolution| resolution.no_session).unwrap_or_default();
        self.0.manager.refuse(request, &why.of(no_session), self.0.manager.clock().now())
    }

    /// The commit point: decides which cookies and caching headers the response gets. Call it once, with the headers of
    /// the handler's response, just before they are sent. Every later call returns no edits, because the headers are
    /// sent by then.
    pub fn finish(&self, response: &dyn Headers) -> HeaderEdits {
        if self.0.head_sent.swap(true, Ordering::AcqRel) {
            return HeaderEdits::none();
        }
        match self.latest() {
            Some(resolution) => HeaderEdits {
                cookies: self.0.manager.conclude(resolution, response, self.0.manager.clock().now()),
                cache_control: caching::cache_control(response),
                vary: caching::vary(response),
                removed: caching::overrides(response),
            },
            None => HeaderEdits::none(),
        }
    }

    /// Takes the session away from a request that has effects and that another origin sent, whatever the manager found
    /// (R51). A pending refresh is dropped here before its first poll, so it has sent nothing.
    fn guarded(&self, inspection: Inspection, request: &RequestView<'_>) -> Inspection {
        if !origin::is_cross_origin(request, self.0.manager.allowed_origins()) {
            return inspection;
        }
        let state = match inspection {
            Inspection::Settled(Resolution { state: SessionState::Anonymous, .. }) => SessionState::Anonymous,
            Inspection::Settled(Resolution { state: SessionState::Misdirected, .. }) => {
                SessionState::Misdirected
            }
            Inspection::Settled(_) | Inspection::Pending(_) => SessionState::CrossOrigin,
        };
        Inspection::Settled(Resolution::new(state))
    }

    /// A handler that has seen one user's session gets no other user's session from a refresh: the other user's cookies
    /// are written, and the handler sees no session.
    fn of_same_user(&self, refreshed: Resolution) -> Resolution {
        let seen = self.0.resolution.get().map(|resolution| &resolution.state);
        match (seen, &refreshed.state) {
            (Some(SessionState::Active(seen)), SessionState::Active(new))
                if seen.user_id() != new.user_id() =>
            {
                Resolution { state: SessionState::Anonymous, ..refreshed }
            }
            _ => refreshed,
        }
    }

    fn waiting(&self, slot: Slot, pending: Pending) -> Resolving {
        Resolving(Stage::Waiting { exchange: self.clone(), slot, pending })
    }

    fn latest(&self) -> Option<&Resolution> {
        self.0.refreshed.get().or_else(|| self.0.resolution.get())
    }

    fn as_of_now<'r>(&self, request: &RequestView<'r>) -> RequestView<'r> {
        request.with_writable(request.writable && !self.0.head_sent.load(Ordering::Acquire))
    }
}

fn keep(slot: &OnceLock<Resolution>, resolution: Resolution) -> SessionState {
    slot.get_or_init(|| resolution).state.clone()
}

/// Where an exchange keeps the answer of a future.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Resolution,
    Refreshed,
}

/// The future of [`Exchange::resolve`] and [`Exchange::refresh`].
///
/// ```
/// use scalekit_session::SessionState;
/// use scalekit_session::adapter::{Exchange, RequestView};
/// use scalekit_session::testing::TestEnvironment;
///
/// let exchange = Exchange::new(TestEnvironment::new().scalekit().manager());
/// let headers = [("host", "app.test")];
/// let resolving = exchange.resolve(&RequestView::new("GET", "/", &headers));
/// assert!(matches!(resolving.known(), Ok(SessionState::Anonymous)), "no cookie, so there is nothing to wait for");
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Resolving(Stage);

#[derive(Debug)]
enum Stage {
    Known(Ready<SessionState>),
    Waiting { exchange: Exchange, slot: Slot, pending: Pending },
}

impl Future for Resolving {
    type Output = SessionState;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<SessionState> {
        match &mut self.0 {
            Stage::Known(state) => Pin::new(state).poll(cx),
            Stage::Waiting { exchange, slot, pending } => {
                Pin::new(pending).poll(cx).map(|resolution| match slot {
                    Slot::Resolution => keep(&exchange.0.resolution, resolution),
                    Slot::Refreshed => keep(&exchange.0.refreshed, exchange.of_same_user(resolution)),
                })
            }
        }
    }
}

impl Resolving {
    /// The answer, when it is known without waiting.
    ///
    /// # Errors
    ///
    /// The future itself, to be awaited, when a call to Scalekit is needed first.
    pub fn known(self) -> Result<SessionState, Self> {
        match self.0 {
            Stage::Known(state) => Ok(state.into_inner()),
            waiting @ Stage::Waiting { .. } => Err(Self(waiting)),
        }
    }
}
