//! The forms in which cookies hold a session.

/// What a sealed value of a session is: what opens it, what its cookie is called, and what must come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Our own cookie, which counts with its live marker only.
    Whole,
    /// The cookie of Scalekit's official packages, which has no marker.
    Official,
}

impl Form {
    pub(crate) const ALL: [Self; 2] = [Self::Whole, Self::Official];
}
