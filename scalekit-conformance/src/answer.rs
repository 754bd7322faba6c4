//! Responses, and what can be asked of them.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// A response, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The request, for messages.
    pub(crate) of: String,
}

impl Answer {
    /// The first value of a header, `""` when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// The `Set-Cookie` lines.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect()
    }

    /// Those of them that remove a cookie.
    pub(crate) fn removals(&self) -> Vec<&str> {
        self.set_cookies().into_iter().filter(|line| line.contains("Max-Age=0")).collect()
    }

    /// How many lines there are.
    pub(crate) fn cookies(&self) -> usize {
        self.headers.get_all("set-cookie").iter().count()
    }

    /// Status and body, to compare.
    pub(crate) fn says(&self) -> (u16, &str) {
        (self.status, self.body.as_str())
    }

    /// Status and target, to compare.
    pub(crate) fn leads(&self) -> (u16, &str) {
        (self.status, self.location())
    }

    /// A member of the problem document (RFC 9457) that the body is.
    pub(crate) fn problem(&self, member: &str) -> Value {
        serde_json::from_str::<Value>(&self.body)
            .ok()
            .and_then(|body| body.get(member).cloned())
            .unwrap_or_default()
    }

    /// Kept from shared caches, and each header said once (R24).
    #[track_caller]
    pub(crate) fn assert_private(&self) {
        let count = |name: &str| self.headers.get_all(name).iter().count();
        let vary = self.header("vary").to_ascii_lowercase();
        let cookies = vary.split(',').filter(|name| name.trim() == "cookie").count();
        let kept = self.header("cache-control").contains("no-store");
        assert!(
            kept && cookies == 1 && count("cache-control") == 1 && count("vary") == 1,
            "{}: an answer that read a session is no-store and varies by Cookie; it says cache-control: {:?}, vary: {:?}",
            self.of,
            self.headers.get_all("cache-control"),
            self.headers.get_all("vary"),
        );
    }
}
