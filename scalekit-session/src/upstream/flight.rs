//! One piece of work that any number of requests wait for, and that none of them can cancel (R1, R7).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::Shared;

/// Waits for the outcome of a task. Cheap to clone. Dropping a flight cancels nothing: the work runs in a task of its
/// own. `None` when the task ended without an outcome, by a panic or a runtime that shuts down.
#[derive(Clone)]
pub(crate) struct Flight<T: Clone>(Shared<oneshot::Receiver<T>>);

/// The other end, held by the task. Dropped without an outcome, it wakes every waiter with `None`.
pub(crate) struct Landing<T>(oneshot::Sender<T>);

/// A flight and its landing.
pub(crate) fn flight<T: Clone>() -> (Flight<T>, Landing<T>) {
    let (sender, receiver) = oneshot::channel();
    (Flight(receiver.shared()), Landing(sender))
}

impl<T> Landing<T> {
    /// Hands the outcome to every request that waits. Where none waits any more, the outcome is dropped.
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
