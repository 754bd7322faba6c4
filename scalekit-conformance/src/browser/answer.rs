//! Responses, and what can be asked of them.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::request::Request;

/// A response, read to its end.
///
/// ```
/// use scalekit_conformance::browser::Answer;
///
/// let headers = [("location", "/auth/login"), ("set-cookie", "theme=dark"), ("set-cookie", "cart=; Max-Age=0")];
/// let answer = Answer::new("GET /me", 303, headers, "");
/// assert_eq!(answer.leads(), (303, "/auth/login"));
/// assert_eq!(answer.set_cookies(), ["theme=dark", "cart=; Max-Age=0"]);
/// assert_eq!(answer.removals(), ["cart=; Max-Age=0"]);
/// assert_eq!(answer.header("retry-after"), "");
///
/// let problem = Answer::new("GET /api/me", 401, [], r#"{"code": "session_expired"}"#);
/// assert_eq!(problem.problem("code"), "session_expired");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The status code.
    pub status: u16,
    pub(crate) headers: HeaderMap,
    /// The body. What is not UTF-8 in it is replaced.
    pub body: String,
    /// Method and path of the request, for messages.
    pub of: String,
}

impl Answer {
    /// An answer that came by another way than [`Browser::send`](super::Browser::send), to the request `of`.
    ///
    /// # Panics
    ///
    /// When a header cannot be one.
    pub fn new<'a>(
        of: impl Into<String>,
        status: u16,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: impl Into<String>,
    ) -> Self {
        let header = |(name, value): (&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        };
        let headers = headers.into_iter().fold(HeaderMap::new(), |mut headers, line| {
            let (name, value) = header(line);
            headers.append(name, value);
            headers
        });
        Self { status, headers, body: body.into(), of: of.into() }
    }

    /// The head of a response, without its body.
    pub(crate) fn head(request: &Request, response: &reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: String::new(), of: format!("{} {}", request.method, request.path) }
    }

    /// The first value of a header, `""` when there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// All values of a header.
    #[must_use]
    pub fn header_lines(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect()
    }

    /// Where it leads: the header `Location`, `""` when there is none.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The `Set-Cookie` lines.
    #[must_use]
    pub fn set_cookies(&self) -> Vec<&str> {
        self.header_lines("set-cookie")
    }

    /// Those of the `Set-Cookie` lines that remove a cookie.
    #[must_use]
    pub fn removals(&self) -> Vec<&str> {
        self.set_cookies().into_iter().filter(|line| line.contains("Max-Age=0")).collect()
    }

    /// How many `Set-Cookie` lines there are.
    #[must_use]
    pub fn cookies(&self) -> usize {
        self.headers.get_all("set-cookie").iter().count()
    }

    /// Status and body, to compare.
    #[must_use]
    pub fn says(&self) -> (u16, &str) {
        (self.status, self.body.as_str())
    }

    /// Status and target, to compare.
    #[must_use]
    pub fn leads(&self) -> (u16, &str) {
        (self.status, self.location())
    }

    /// A member of the problem document (RFC 9457) that the body is; null if it is none, or has no such member.
    #[must_use]
    pub fn problem(&self, member: &str) -> Value {
        serde_json::from_str::<Value>(&self.body)
            .ok()
            .and_then(|body| body.get(member).cloned())
            .unwrap_or_default()
    }

    /// Asserts that shared caches do not keep it: `no-store`, varies by `Cookie`, and says each header once.
    ///
    /// # Panics
    ///
    /// When a shared cache may keep it, or a header comes twice.
    #[track_caller]
    pub fn assert_private(&self) {
        // R24
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

    /// The headers that the reader of a transcript wants to see.
    pub(crate) fn headline(&self) -> String {
        let told = ["location", "retry-after", "cache-control", "vary", "set-cookie"];
        let lines = told.iter().flat_map(|name| {
            self.headers
                .get_all(*name)
                .iter()
                .map(move |value| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        });
        lines.collect::<Vec<_>>().join(" | ")
    }
}
