//! How the session lies in the browser, and what a client does for its refreshes there.

use crate::answer::Answer;
use crate::browser::Browser;
use crate::request::{Request, fetch, page};

/// The layout of the session's cookies in which stories are told.
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
/// What a real user does not wait for.
const MOST_HOPS: usize = 4;

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

impl Browser {
    /// The name of the marker: only a browser that has it is in a session.
    pub(crate) fn marker_name(&self) -> Option<String> {
        self.names().into_iter().find(|name| name.ends_with("-live"))
    }

    /// The name of the cookie that every request with a session carries; of its first part, if it has more.
    pub(crate) fn session_name(&self) -> Option<String> {
        let marker = self.marker_name()?;
        match self.layout {
            Layout::Native => marker.strip_suffix("-live").map(str::to_owned),
            Layout::Split => Some("__Host-accessToken".to_owned()),
        }
    }

    /// The names of all cookies that hold something sealed of the session, without further parts.
    pub(crate) fn sealed_names(&self) -> Vec<String> {
        let others: &[&str] = match self.layout {
            Layout::Native => &[],
            Layout::Split => &["__Secure-refreshToken", "__Secure-idToken"],
        };
        self.session_name().into_iter().chain(others.iter().map(|name| (*name).to_owned())).collect()
    }

    /// How the names of its cookies may begin over https.
    pub(crate) fn prefixes(&self) -> &'static [&'static str] {
        match self.layout {
            Layout::Native => &["__Host-"],
            Layout::Split => &["__Host-", "__Secure-"],
        }
    }

    /// Loads a page and goes wherever the browser is led for a refresh.
    pub(crate) async fn open(&self, path: &str) -> Answer {
        self.follow(page(path)).await
    }

    /// The same for any page load. Ends with the page, or with what the refresh route says instead; that it is to log in
    /// is for the caller to follow.
    pub(crate) async fn follow(&self, request: Request) -> Answer {
        let mut answer = self.send(request.clone()).await;
        for _ in 0..MOST_HOPS {
            if !answer.location().starts_with(REFRESH) {
                return answer;
            }
            answer = self.send(request.clone().to(answer.location())).await;
            if answer.status != 303 || answer.location().starts_with("/auth/login") {
                return answer;
            }
            answer = self.send(request.clone().to(answer.location())).await;
        }
        panic!("{} loops", answer.of);
    }

    /// Asks as a script of the site does that knows the layout: told that the session expired it refreshes, and asks once
    /// more.
    pub(crate) async fn ask(&self, path: &str) -> Answer {
        let answer = self.call(path).await;
        if self.layout == Layout::Native || answer.problem("code") != "session_expired" {
            return answer;
        }
        let refreshed = self.send(refresh()).await;
        if refreshed.status == 204 { self.call(path).await } else { refreshed }
    }
}
