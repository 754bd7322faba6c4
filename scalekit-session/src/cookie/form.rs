//! The forms in which cookies hold a session.

/// What a sealed value of a session is: what opens it, what its cookie is called, and what must come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Our own cookie, which counts with its live marker only. In the split layout no cookie has this form: the process
    /// keeps a session in it until its cookies are written.
    Whole,
    /// The cookie of Scalekit's official packages, which has no marker.
    Official,
    /// Split layout: the access token, for every request under its path.
    Access,
    /// Split layout: the refresh token, for the refresh route.
    Refresh,
    /// Split layout: the ID token and who it is about, for the login's own routes.
    Identity,
}

impl Form {
    /// The three of the split layout.
    pub(crate) const SPLIT: [Self; 3] = [Self::Access, Self::Refresh, Self::Identity];
}
