//! One request and its response, as every adapter drives them.
//!
//! The session is resolved when somebody first asks for it, once. A request that nobody asks about costs nothing,
//! refreshes nothing and gets no header.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use crate::manager::{Inspection, Pending, Resolution, SessionManager, State};
use crate::refusal::Refusal;
use crate::reply::{HeaderEdits, Reply};
use crate::request::{Headers, RequestView};

/// The session's part in one request: [`resolve`](Self::resolve) on the way in, [`finish`](Self::finish) on every
/// way out.
#[derive(Debug)]
pub struct Exchange {
    manager: Arc<dyn SessionManager>,
    resolution: OnceLock<Resolution>,
    renewed: OnceLock<Resolution>,
    head_sent: AtomicBool,
}

impl Exchange {
    /// An exchange in which nobody has asked yet.
    #[must_use]
    pub fn new(manager: Arc<dyn SessionManager>) -> Self {
        Self {
            manager,
            resolution: OnceLock::new(),
            renewed: OnceLock::new(),
            head_sent: AtomicBool::new(false),
        }
    }

    /// The manager behind it.
    #[must_use]
    pub fn manager(&self) -> &Arc<dyn SessionManager> {
        &self.manager
    }

    /// Whom the request is from, if somebody has asked.
    #[must_use]
    pub fn state(&self) -> Option<&State> {
        self.latest().map(|resolution| &resolution.state)
    }

    /// Finds out whom the request is from. The first call looks; later calls repeat its answer.
    ///
    /// The future owns what it needs of the request, and is ready at once unless Scalekit has to be asked. Only then
    /// does it allocate.
    pub fn resolve(&self, request: &RequestView<'_>) -> Resolving<'_> {
        if let Some(known) = self.state() {
            return Resolving(Stage::Known(ready(known.clone())));
        }
        match self.manager.inspect(&self.as_of_now(request), self.manager.clock().now()) {
            Inspection::Settled(resolution) => {
                Resolving(Stage::Known(ready(keep(&self.resolution, resolution))))
            }
            Inspection::Pending(pending) => Resolving(Stage::Waiting { slot: &self.resolution, pending }),
        }
    }

    /// Refreshes the session now, whatever its token's age, and answers with the new one: after a change of roles,
    /// say. Once per exchange; later calls repeat the answer.
    pub fn refresh(&self, request: &RequestView<'_>) -> Resolving<'_> {
        match self.renewed.get() {
            Some(known) => Resolving(Stage::Known(ready(known.state.clone()))),
            None => {
                let pending = self.manager.refresh(&self.as_of_now(request), self.manager.clock().now());
                Resolving(Stage::Waiting { slot: &self.renewed, pending })
            }
        }
    }

    /// The answer to a request that is refused, for what `resolve` found or for what a route requires.
    pub fn refuse(&self, request: &RequestView<'_>, why: Refusal) -> Reply {
        let racing = self.latest().is_some_and(|resolution| resolution.racing);
        self.manager.refuse(request, &why.racing(racing), self.manager.clock().now())
    }

    /// The commit point: call it once, with the headers of the response, just before they are sent.
    pub fn finish(&self, response: &dyn Headers) -> HeaderEdits {
        self.head_sent.store(true, Ordering::Release);
        match self.latest() {
            Some(resolution) => self.manager.conclude(resolution, response, self.manager.clock().now()),
            None => HeaderEdits::none(),
        }
    }

    fn latest(&self) -> Option<&Resolution> {
        self.renewed.get().or_else(|| self.resolution.get())
    }

    fn as_of_now<'r>(&self, request: &RequestView<'r>) -> RequestView<'r> {
        request.with_writable(request.writable && !self.head_sent.load(Ordering::Acquire))
    }
}

fn keep(slot: &OnceLock<Resolution>, resolution: Resolution) -> State {
    slot.get_or_init(|| resolution).state.clone()
}

/// The answer of [`Exchange::resolve`] and [`Exchange::refresh`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Resolving<'a>(Stage<'a>);

#[derive(Debug)]
enum Stage<'a> {
    Known(Ready<State>),
    Waiting { slot: &'a OnceLock<Resolution>, pending: Pending },
}

impl Future for Resolving<'_> {
    type Output = State;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<State> {
        match &mut self.0 {
            Stage::Known(state) => Pin::new(state).poll(cx),
            Stage::Waiting { slot, pending } => {
                Pin::new(pending).poll(cx).map(|resolution| keep(slot, resolution))
            }
        }
    }
}

impl Resolving<'_> {
    /// The answer, when nothing has to be waited for. Otherwise the look is dropped; a later `resolve` looks again.
    #[must_use]
    pub fn known(self) -> Option<State> {
        match self.0 {
            Stage::Known(state) => Some(state.into_inner()),
            Stage::Waiting { .. } => None,
        }
    }
}
