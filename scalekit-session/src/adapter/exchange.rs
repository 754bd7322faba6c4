//! One request and its response, as every adapter drives them.
//!
//! The session is resolved when somebody first asks for it, once. A request that nobody asks about costs nothing,
//! refreshes nothing and gets no header.

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

/// The session's part in one request: [`resolve`](Self::resolve) on the way in, [`finish`](Self::finish) on every
/// way out. Clones are the same exchange: one travels with the request, one waits for the response.
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
    /// An exchange in which nobody has asked yet. The one allocation that a request costs before somebody asks.
    #[must_use]
    pub fn new(manager: Arc<dyn SessionManager>) -> Self {
        Self(Arc::new(Shared {
            manager,
            resolution: OnceLock::new(),
            refreshed: OnceLock::new(),
            head_sent: AtomicBool::new(false),
        }))
    }

    /// The manager behind it.
    #[must_use]
    pub fn manager(&self) -> &Arc<dyn SessionManager> {
        &self.0.manager
    }

    /// Whom the request is from, if somebody has asked.
    #[must_use]
    pub fn state(&self) -> Option<&SessionState> {
        self.latest().map(|resolution| &resolution.state)
    }

    /// Finds out whom the request is from. The first call looks; later calls repeat its answer.
    ///
    /// The future owns what it needs of the request, and is ready at once unless Scalekit has to be asked. Only then
    /// does it allocate.
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

    /// The answer to a request that is refused, for what `resolve` found or for what a route requires.
    pub fn refuse(&self, request: &RequestView<'_>, why: Refusal) -> Reply {
        let no_session = self.latest().map(|resolution| resolution.no_session).unwrap_or_default();
        self.0.manager.refuse(request, &why.of(no_session), self.0.manager.clock().now())
    }

    /// The commit point: call it once, with the headers of the response, just before they are sent. A second call gives no
    /// edits, because the head is sent by then.
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

    /// Gives a request with effects that another origin sent no session, whatever the manager found (R51). A refresh that
    /// was not polled yet has sent nothing.
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

/// Where an answer is kept.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Resolution,
    Refreshed,
}

/// The answer of [`Exchange::resolve`] and [`Exchange::refresh`].
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
            Stage::Waiting { exchange, slot, pending } => Pin::new(pending).poll(cx).map(|resolution| {
                keep(
                    match slot {
                        Slot::Resolution => &exchange.0.resolution,
                        Slot::Refreshed => &exchange.0.refreshed,
                    },
                    resolution,
                )
            }),
        }
    }
}

impl Resolving {
    /// The answer, when nothing has to be waited for; otherwise the future, to wait with.
    ///
    /// # Errors
    ///
    /// When Scalekit has to be asked.
    pub fn known(self) -> Result<SessionState, Self> {
        match self.0 {
            Stage::Known(state) => Ok(state.into_inner()),
            waiting @ Stage::Waiting { .. } => Err(Self(waiting)),
        }
    }
}
