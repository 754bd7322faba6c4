//! What a request shows of the session that its response writes.

use crate::cookie::Present;
use crate::cookie::form::Form;

/// What a request shows of the session that its response writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Showing {
    /// Its form.
    pub(crate) form: Form,
    /// Which data cookies its browser has.
    pub(crate) present: Present,
    /// What is in the official cookie beside it.
    pub(crate) beside: Beside,
}

impl Showing {
    /// That form, in as many cookies as it needs now.
    pub(crate) fn only(form: Form) -> Self {
        Self::with(form, Present::default())
    }

    /// That form, and nothing of another one.
    pub(crate) fn with(form: Form, present: Present) -> Self {
        Self { form, present, beside: Beside::Nothing }
    }
}

/// What a request holds in the official cookie beside a session of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing that opens.
    Nothing,
    /// A copy of the same session, from before it moved.
    Copy,
    /// Another session, which is the other application's to keep.
    Other,
}
