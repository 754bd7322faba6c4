//! Which cookie holds a sealed session.

/// The cookie that a sealed session is in. A value sealed for one of them opens as none of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// Our one cookie, which counts only together with its live marker. In the split layout, a process keeps a session
    /// in this form until a response writes the three cookies.
    OneCookie,
    /// The cookie of Scalekit's official packages. It has no marker.
    SdkCookie,
    /// One of the three cookies of the split layout.
    Split(Part),
}

/// One of the three cookies of the split layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// The access token, for every request under its path.
    Access,
    /// The refresh token, for the refresh route.
    Refresh,
    /// The ID token and the user it is about, for the login's own routes.
    Identity,
}

impl Part {
    /// All three, in the order in which they are written.
    pub(crate) const ALL: [Self; 3] = [Self::Access, Self::Refresh, Self::Identity];
}
