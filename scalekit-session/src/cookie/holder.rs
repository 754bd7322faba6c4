//! [`Holder`]: which cookie holds a sealed session.

/// The cookie that holds a sealed session. A value that was sealed for one holder cannot be opened for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// Our one cookie. It counts only together with its live marker. In the split layout, a process keeps a session in
    /// this form until a response writes the three cookies.
    OneCookie,
    /// The SDK cookie, which Scalekit's official packages write. It has no marker.
    SdkCookie,
    /// One of the three cookies of the split layout.
    Split(Part),
}

/// One of the three cookies of the split layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// The access cookie. Browsers send it with every request under its path.
    Access,
    /// The refresh cookie. Browsers send it to the refresh route only.
    Refresh,
    /// The ID cookie. Browsers send it to the routes for login, callback and logout.
    Identity,
}

impl Part {
    /// All three parts, in the order in which they are written.
    pub(crate) const ALL: [Self; 3] = [Self::Access, Self::Refresh, Self::Identity];
}
