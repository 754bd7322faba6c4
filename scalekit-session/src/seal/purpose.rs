//! What a sealed value is for.

/// Values of one purpose never open as another: each has keys of its own, and its name is authenticated (R21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The session.
    Session,
    /// One login transaction.
    Transaction,
    /// The loop guard.
    Loop,
    /// The hop guard of the split layout.
    Hop,
}

impl Purpose {
    /// The name that keys are derived with. It is part of the format: never change one.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
            Self::Loop => "loop",
            Self::Hop => "hop",
        }
    }
}
