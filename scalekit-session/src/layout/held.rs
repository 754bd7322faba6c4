//! What the browser holds of the session that a response writes.

use crate::cookie::{Holder, Present};

/// What the browser holds of the session that a response writes, as far as its request shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// The cookie that the session came in.
    pub(crate) holder: Holder,
    /// Which chunks of its cookies the browser may have.
    pub(crate) present: Present,
    /// What is in the SDK cookie beside it.
    pub(crate) beside: Beside,
}

impl Held {
    /// A session in that cookie, and nothing in the SDK cookie beside it.
    pub(crate) fn new(holder: Holder, present: Present) -> Self {
        Self { holder, present, beside: Beside::Nothing }
    }
}

/// What a request holds in the SDK cookie beside a session in a cookie of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing that opens.
    Nothing,
    /// A copy of the same session, from before it moved to our cookie.
    Copy,
    /// Another session. It belongs to the other application and is not overwritten.
    Other,
}
