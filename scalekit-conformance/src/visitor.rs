//! The browser of a story: it knows the layout of the session's cookies, and what a client does for its refreshes there.

use std::net::SocketAddr;
use std::ops::Deref;

use crate::browser::{Answer, Browser, Request, fetch, page};
use crate::layout::{Layout, REFRESH, refresh};
use crate::soon::soon;

/// What a real user does not wait for.
const MOST_HOPS: usize = 4;

/// A [`Browser`] at an application whose layout is known. Clones share the jar: tabs of one browser.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    pub(crate) layout: Layout,
}

impl Deref for Visitor {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Visitor {
    /// Another tab, whose requests go to another instance.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        Self { browser: self.browser.at(address), layout: self.layout }
    }

    /// Another browser with a copy of the cookies: a thief's, or a profile that was restored.
    pub(crate) fn copy(&self) -> Self {
        Self { browser: self.browser.copy(), layout: self.layout }
    }

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

    /// The same for any page load. Ends with the page, or with what the refresh route says instead; a redirect to login
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

    /// The head of a response that goes on, the first piece of its body, and the rest.
    pub(crate) async fn begin_stream(&self, path: &str) -> (Answer, String, reqwest::Response) {
        let request = fetch(path);
        let mut response = soon(self.prepare(&request).send()).await.unwrap();
        let first = soon(response.chunk()).await.unwrap().unwrap_or_default();
        let first = String::from_utf8_lossy(&first).into_owned();
        (Answer::head(&request, &response), first, response)
    }
}
