use std::sync::Arc;

use tokio::sync::watch;

use super::Scope;
use crate::calls::{Endpoint, GrantType};

/// Requests wait here until [`release`](Gate::release). Dropping the gate opens it too.
#[derive(Debug)]
#[must_use = "dropping the gate opens it"]
pub struct Gate {
    latch: Arc<Latch>,
}

impl Gate {
    pub(super) fn new(latch: Arc<Latch>) -> Self {
        Self { latch }
    }

    /// Returns when at least `count` requests are waiting here.
    ///
    /// A client that hangs up is not waiting any more.
    pub async fn arrived(&self, count: usize) {
        self.latch.arrived(count).await;
    }

    /// How many requests are waiting here now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        *self.latch.waiting.borrow()
    }

    /// Lets all waiting requests go on, and later ones pass.
    pub fn release(&self) {
        self.latch.open();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.latch.open();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Request,
    Response,
}

#[derive(Debug)]
pub(super) struct Latch {
    scope: Scope,
    moment: Moment,
    waiting: watch::Sender<usize>,
    open: watch::Sender<bool>,
}

impl Latch {
    pub(super) fn new(scope: Scope, moment: Moment) -> Self {
        Self { scope, moment, waiting: watch::Sender::new(0), open: watch::Sender::new(false) }
    }

    pub(super) fn holds(&self, endpoint: Endpoint, grant: Option<GrantType>, moment: Moment) -> bool {
        self.moment == moment && self.scope.covers(endpoint, grant)
    }

    pub(super) fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    pub(super) fn open(&self) {
        self.open.send_replace(true);
    }

    pub(super) async fn pass(&self) {
        let _visitor = Visitor::enter(&self.waiting);
        // The sender lives as long as `self`, so waiting cannot fail.
        let mut open = self.open.subscribe();
        let _opened = open.wait_for(|open| *open).await.is_ok();
    }

    async fn arrived(&self, count: usize) {
        let mut waiting = self.waiting.subscribe();
        let _counted = waiting.wait_for(|waiting| *waiting >= count).await.is_ok();
    }
}

/// Counts a waiting request, also when its client hangs up.
struct Visitor<'a> {
    waiting: &'a watch::Sender<usize>,
}

impl<'a> Visitor<'a> {
    fn enter(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|count| *count += 1);
        Self { waiting }
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        self.waiting.send_modify(|count| *count -= 1);
    }
}
