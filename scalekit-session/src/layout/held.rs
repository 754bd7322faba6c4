//! [`Held`]: which cookies the browser has of the session that a response writes.

use crate::cookie::{Holder, Present};

/// Which cookies the browser has of the session that a response writes, as far as the request shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// The cookie that the session came in.
    pub(crate) holder: Holder,
    /// Which chunks of the session's cookies the browser may have.
    pub(crate) present: Present,
    /// What the SDK cookie holds while the session is in another cookie.
    pub(crate) beside: Beside,
}

impl Held {
    /// A session in that cookie, and no session in the SDK cookie beside it.
    pub(crate) fn new(holder: Holder, present: Present) -> Self {
        Self { holder, present, beside: Beside::Nothing }
    }
}

/// What the SDK cookie of a request holds while the session is in one of our own cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// No session that can be opened.
    Nothing,
    /// An old copy of this session, from before it moved to our cookie.
    Copy,
    /// Another session. It belongs to another application, and is not overwritten.
    Other,
}
