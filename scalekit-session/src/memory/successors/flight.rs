//! One refresh call that any number of requests wait for, and that nobody can cancel (R1, R7).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::Shared;

use super::table::Landed;
use crate::rules::decide::Refreshed;

/// How a flight ended, for everybody who waited.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) refreshed: Refreshed,
    /// The successor, when there is one.
    pub(crate) landed: Option<Arc<Landed>>,
}

impl Outcome {
    pub(crate) fn without_successor(refreshed: Refreshed) -> Self {
        Self { refreshed, landed: None }
    }
}

/// Waits for a flight. Cheap to clone. Dropping it cancels nothing: the call runs in a task of its own.
#[derive(Clone)]
pub(crate) struct Flight {
    outcome: Shared<oneshot::Receiver<Outcome>>,
}

/// The other end, held by the task that makes the call. Dropped without an outcome, by a panic say, it wakes
/// everybody with `None`.
pub(crate) struct Landing {
    sender: oneshot::Sender<Outcome>,
    failures: u32,
}

impl Flight {
    /// A flight, after so many attempts with its token that failed.
    pub(super) fn new(failures: u32) -> (Self, Landing) {
        let (sender, receiver) = oneshot::channel();
        (Self { outcome: receiver.shared() }, Landing { sender, failures })
    }
}

impl Landing {
    /// Attempts with this token that failed before this one.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn announce(self, outcome: Outcome) {
        // Nobody may be waiting any more; the table has the outcome for those who come later.
        drop(self.sender.send(outcome));
    }
}

impl Future for Flight {
    type Output = Option<Outcome>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outcome>> {
        self.outcome.poll_unpin(cx).map(Result::ok)
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight(..)")
    }
}

impl fmt::Debug for Landing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Landing(..)")
    }
}
