//! [`Purpose`]: what a sealed value is for.

/// What a sealed value is for. A value of one purpose never opens as a value of another: each purpose has keys of its
/// own, and the name of the purpose is authenticated (R21).
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
    /// The name from which keys are derived. Part of the format: never change a name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
            Self::Loop => "loop",
            Self::Hop => "hop",
        }
    }
}
