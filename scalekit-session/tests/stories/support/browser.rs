//! [`Browser`]: a browser that calls the core directly, as an adapter would.

use scalekit_session::adapter::{AuthRoute, Exchange, HeaderEdit, Reply, RequestHead, RequestView};
use scalekit_session::{Scalekit, Session, SessionManager, SessionState};

use super::jar::Jar;
use super::scalekit::FakeScalekit;

/// A browser with one jar, in front of one or more instances of an application.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) scalekit: Scalekit,
    pub(crate) jar: Jar,
}

/// The response to a request. Its cookies are not in the jar yet.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) state: SessionState,
    pub(crate) lines: Vec<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) vary: Option<String>,
}

impl Answer {
    pub(crate) fn session(&self) -> &Session {
        match &self.state {
            SessionState::Active(session) => session,
            other => panic!("not signed in: {other:?}"),
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        matches!(self.state, SessionState::Active(_))
    }

    pub(crate) fn is_anonymous(&self) -> bool {
        matches!(self.state, SessionState::Anonymous)
    }

    pub(crate) fn is_unavailable(&self) -> bool {
        matches!(self.state, SessionState::Unavailable { .. })
    }
}

impl Browser {
    pub(crate) fn new(scalekit: Scalekit) -> Self {
        Self { scalekit, jar: Jar::default() }
    }

    /// A browser whose user has logged in through the routes login and callback.
    pub(crate) async fn signed_in(fake: &FakeScalekit, scalekit: &Scalekit) -> Self {
        let mut browser = Self::new(scalekit.clone());
        let reply = browser.log_in(fake, "/").await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        // The loop guard lives for half a minute, but the jar does not know `Max-Age`.
        browser.jar.remove("__Host-scalekit-loop");
        browser
    }

    /// A whole login. The cookies of the callback's reply are put into the jar.
    pub(crate) async fn log_in(&mut self, fake: &FakeScalekit, return_to: &str) -> Reply {
        let begun = self.serve(AuthRoute::Login, "GET", &format!("/auth/login?return_to={return_to}")).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        self.apply(&begun);
        let callback = self.callback_of(fake, &begun);
        let reply = self.serve(AuthRoute::Callback, "GET", &callback).await;
        self.apply(&reply);
        reply
    }

    /// The URL of the callback to which Scalekit would send the browser.
    pub(crate) fn callback_of(&self, fake: &FakeScalekit, begun: &Reply) -> String {
        let location = url::Url::parse(begun.header("location").unwrap()).unwrap();
        let parameter =
            |name: &str| location.query_pairs().find(|(own, _)| own == name).unwrap().1.into_owned();
        let code = fake.issue_code(&parameter("nonce"));
        format!("/auth/callback?code={code}&state={}", parameter("state"))
    }

    pub(crate) async fn serve(&self, route: AuthRoute, method: &str, target: &str) -> Reply {
        self.serve_with(route, method, target, &[]).await
    }

    pub(crate) async fn serve_with(
        &self,
        route: AuthRoute,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        self.scalekit.serve(route, self.head(method, target, headers)).await
    }

    pub(crate) fn apply(&mut self, reply: &Reply) {
        for (name, value) in &reply.headers {
            if *name == "set-cookie" {
                self.jar.set(value);
            }
        }
    }

    pub(crate) fn head(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> RequestHead {
        let cookies = self.jar.sent_to(target);
        let mut all = Vec::new();
        if headers.iter().all(|(name, _)| *name != "host") {
            all.push(("host", "app.test"));
        }
        if !cookies.is_empty() {
            all.push(("cookie", cookies.as_str()));
        }
        all.extend_from_slice(headers);
        RequestView::new(method, target, &all).to_head()
    }

    /// Sends a page load and puts the cookies of its response into the jar.
    pub(crate) async fn get(&mut self) -> Answer {
        let answer = self.send("GET", &[]).await;
        self.deliver(&answer);
        answer
    }

    /// Sends a request. The cookies of its response are not in the jar until [`deliver`](Self::deliver).
    pub(crate) async fn send(&self, method: &str, headers: &[(&str, &str)]) -> Answer {
        let head = self.head(method, "/dashboard", headers);
        let exchange = Exchange::new(self.scalekit.manager());
        let state = exchange.resolve(&head.view()).await;
        finish(&exchange, state)
    }

    pub(crate) fn deliver(&mut self, answer: &Answer) {
        answer.lines.iter().for_each(|line| self.jar.set(line));
    }
}

/// Finishes an exchange whose handler set no headers.
pub(crate) fn finish(exchange: &Exchange, state: SessionState) -> Answer {
    let nothing: [(&str, &str); 0] = [];
    let mut answer = Answer { state, lines: Vec::new(), cache_control: None, vary: None };
    for edit in exchange.finish(&nothing).iter() {
        match edit {
            HeaderEdit::Append("set-cookie", line) => answer.lines.push(line.to_owned()),
            HeaderEdit::Replace("cache-control", value) => answer.cache_control = Some(value.to_owned()),
            HeaderEdit::Replace("vary", value) => answer.vary = Some(value.to_owned()),
            other => panic!("{other:?}"),
        }
    }
    answer
}

/// The `Set-Cookie` lines of a reply.
pub(crate) fn set_cookies(reply: &Reply) -> Vec<&str> {
    reply.headers.iter().filter(|(name, _)| *name == "set-cookie").map(|(_, value)| value.as_str()).collect()
}
