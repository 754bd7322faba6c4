//! Where a browser goes when it is redirected.

use url::{Position, Url};

use super::answer::Answer;
use super::request::Request;

/// The request that a redirect leads to; `None` if the answer is no redirect, or leads to another origin.
pub(super) fn next(request: &Request, answer: &Answer, origin: &Url) -> Option<Request> {
    let location = answer.location();
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) || location.is_empty() {
        return None;
    }
    let target = origin.join(&request.path).and_then(|url| url.join(location)).ok()?;
    if target.origin() != origin.origin() {
        return None;
    }
    let next = request.clone().to(&target[Position::BeforePath..Position::AfterQuery]);
    Some(if becomes_get(answer.status, &request.method) { next.method("GET").without_body() } else { next })
}

/// Fetch, HTTP-redirect fetch, step 12.
fn becomes_get(status: u16, method: &str) -> bool {
    match status {
        303 => !matches!(method, "GET" | "HEAD"),
        301 | 302 => method == "POST",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::{fetch, form, page};
    use super::{Answer, Request, Url, next};

    #[test]
    fn redirects_are_followed_within_the_origin() {
        let origin = Url::parse("https://app.test").unwrap();
        let json = || fetch("/a").method("PUT").body("application/json", "{}");
        let led = |request: Request, status: u16, location: &str| {
            let answer = Answer::new("GET /a", status, [("location", location)], "");
            next(&request, &answer, &origin).map(|next| format!("{} {}", next.method, next.path))
        };
        for (name, request, status, location, expected) in [
            ("an absolute path", page("/a/b"), 302, "/c?d=e#f", Some("GET /c?d=e")),
            ("a relative path", page("/a/b"), 302, "c", Some("GET /a/c")),
            ("a query", page("/a/b?c"), 301, "?d", Some("GET /a/b?d")),
            ("the own origin", page("/a"), 303, "https://app.test/c", Some("GET /c")),
            ("303 to a form", form("/a"), 303, "/c", Some("GET /c")),
            ("302 to a form", form("/a"), 302, "/c", Some("GET /c")),
            ("302 to PUT", json(), 302, "/c", Some("PUT /c")),
            ("303 to PUT", json(), 303, "/c", Some("GET /c")),
            ("303 to HEAD", page("/a").method("HEAD"), 303, "/c", Some("HEAD /c")),
            ("307 to a form", form("/a"), 307, "/c", Some("POST /c")),
            ("308 to a form", form("/a"), 308, "/c", Some("POST /c")),
            ("another host", page("/a"), 303, "https://evil.app.test/c", None),
            ("another scheme", page("/a"), 303, "http://app.test/c", None),
            ("another host without a scheme", page("/a"), 303, "//evil.example/c", None),
            ("no redirect", page("/a"), 200, "/c", None),
            ("no location", page("/a"), 303, "", None),
        ] {
            assert_eq!(led(request, status, location).as_deref(), expected, "{name}");
        }
    }
}
