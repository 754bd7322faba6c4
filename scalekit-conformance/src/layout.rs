//! The layouts of the session's cookies, and the requests that refresh in the split layout.

use crate::browser::{Request, fetch, page};

/// The layout of the session's cookies in which stories are told.
///
/// ```
/// use scalekit_conformance::{Layout, ONE_LAYOUT};
///
/// // A story that is told in the split layout only.
/// let (_, layout, why) =
///     ONE_LAYOUT.iter().find(|(story, ..)| *story == "r39_a_hop_never_leads_to_another_site").expect("it is listed");
/// assert_eq!(layout.name(), "split");
/// assert!(why.contains("no refresh route"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// One sealed cookie. Any request refreshes.
    Native,
    /// Access, refresh and ID token in a sealed cookie each, with a path of its own. Only the refresh route refreshes:
    /// programs ask it, page loads are led through it.
    Split,
}

/// The route that refreshes in the split layout.
pub(crate) const REFRESH: &str = "/auth/refresh";

/// Asks for a refresh as a script of the site does.
pub(crate) fn refresh() -> Request {
    fetch(REFRESH).method("POST")
}

/// A page load on its way through the refresh route.
pub(crate) fn hop(return_to: &str) -> Request {
    let encoded: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    page(format!("{REFRESH}?return_to={encoded}"))
}

impl Layout {
    /// The word for it in variables, reports and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Split => "split",
        }
    }

    /// The request that rotates the tokens where `request` finds them expired.
    pub(crate) fn rotating(self, request: Request) -> Request {
        match self {
            Self::Native => request,
            Self::Split => refresh(),
        }
    }
}
