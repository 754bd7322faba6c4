//! [`Flight`]: a piece of work for which several requests wait, and which none of them can cancel (R1, R7).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::Shared;

/// A future of the outcome of a task. Cheap to clone. A flight that is dropped cancels nothing, because the work runs
/// in a task of its own. The outcome is `None` when the task ended without one: it panicked, or the runtime shut
/// down.
#[derive(Clone)]
pub(crate) struct Flight<T: Clone>(Shared<oneshot::Receiver<T>>);

/// The sender of a flight's outcome, held by the task. When it is dropped without an outcome, every waiter gets `None`.
pub(crate) struct Landing<T>(oneshot::Sender<T>);

/// A new flight and its landing.
pub(crate) fn flight<T: Clone>() -> (Flight<T>, Landing<T>) {
    let (sender, receiver) = oneshot::channel();
    (Flight(receiver.shared()), Landing(sender))
}

impl<T> Landing<T> {
    /// Gives the outcome to every request that waits. When no request waits any more, the outcome is dropped.
    pub(crate) fn land(self, outcome: T) {
        drop(self.0.send(outcome));
    }
}

impl<T: Clone> Future for Flight<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_unpin(cx).map(Result::ok)
    }
}

impl<T: Clone> fmt::Debug for Flight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight(..)")
    }
}

impl<T> fmt::Debug for Landing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Landing(..)")
    }
}
