//! The kind of a request: a browser's page load, a prefetch, or a program's call (R22, R48).

use crate::request::RequestView;

/// What kind of answer the sender of a request understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// A browser loads a page for its user: answer with a redirect or HTML.
    Navigation,
    /// A browser loads a page before its user asked for it, which may never happen: the answer must have no effect.
    Prefetch,
    /// A script, stream, socket or another program: answer with a status code.
    Program,
}

/// The kind of the request, by the Fetch Metadata headers when there are any, otherwise by `Accept`.
pub(crate) fn client(request: &RequestView<'_>) -> Client {
    if is_prefetch(request) {
        return Client::Prefetch;
    }
    if request.has_header("upgrade") || request.has_header("x-requested-with") {
        return Client::Program;
    }
    match (request.header("sec-fetch-mode"), request.header("sec-fetch-dest")) {
        (Some("navigate"), None | Some("document")) => Client::Navigation,
        // A frame shows pages as well. But a login in a frame would fail, because login pages refuse to be framed.
        (Some("navigate"), Some("iframe" | "frame")) => Client::Navigation,
        (Some(_), _) => Client::Program,
        (None, Some("document")) => Client::Navigation,
        (None, Some(_)) => Client::Program,
        (None, None) if accepts_html(request) => Client::Navigation,
        (None, None) => Client::Program,
    }
}

/// Whether the request may begin a login: only a page load that replaces the whole document of a tab may, as far as its
/// headers tell (R22).
pub(crate) fn may_begin_login(request: &RequestView<'_>) -> bool {
    let top_level = matches!(request.header("sec-fetch-dest"), None | Some("document"));
    let scripted = request.has_header("x-requested-with") || request.has_header("upgrade");
    let navigates = matches!(request.header("sec-fetch-mode"), None | Some("navigate"));
    top_level && navigates && !scripted && !is_prefetch(request)
}

pub(crate) fn is_prefetch(request: &RequestView<'_>) -> bool {
    let says_prefetch = |name| {
        let mut prefetch = false;
        request.headers.visit(name, &mut |value| {
            prefetch |= value.trim_ascii().to_ascii_lowercase().starts_with(b"prefetch")
        });
        prefetch
    };
    says_prefetch("sec-purpose")
        || says_prefetch("purpose")
        || says_prefetch("x-moz")
        || request.has_header("next-router-prefetch")
        || request.has_header("x-middleware-prefetch")
}

pub(crate) fn is_preflight(request: &RequestView<'_>) -> bool {
    request.method == "OPTIONS"
}

/// Whether the request may refresh tokens that are still good: not for `HEAD` and not for a prefetch (R13). Looks at
/// several headers.
pub(crate) fn may_refresh_early(request: &RequestView<'_>) -> bool {
    request.method != "HEAD" && !is_prefetch(request)
}

/// Whether the method is safe, that is, without effects (RFC 9110 §9.2.1).
pub(crate) fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

fn accepts_html(request: &RequestView<'_>) -> bool {
    let mut html = false;
    request.headers.visit("accept", &mut |line| {
        html |= line.split(|byte| *byte == b',').any(|range| {
            let kind = range.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
            kind.eq_ignore_ascii_case(b"text/html") || kind.eq_ignore_ascii_case(b"application/xhtml+xml")
        });
    });
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r48_requests_are_classified_by_what_their_client_understands() {
        let html = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        for (name, headers, expected) in [
            (
                "address bar",
                vec![html, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")],
                Client::Navigation,
            ),
            ("old browser", vec![html], Client::Navigation),
            ("frame", vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], Client::Navigation),
            (
                "fetch()",
                vec![("accept", "*/*"), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
                Client::Program,
            ),
            ("fetch() that asks for HTML", vec![html, ("sec-fetch-mode", "cors")], Client::Program),
            ("image", vec![("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], Client::Program),
            ("object", vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "object")], Client::Program),
            ("XHR of a library", vec![html, ("x-requested-with", "XMLHttpRequest")], Client::Program),
            ("htmx boosted", vec![html, ("x-requested-with", "htmx")], Client::Program),
            ("curl", vec![("accept", "*/*")], Client::Program),
            ("no headers", vec![], Client::Program),
            ("JSON", vec![("accept", "application/json")], Client::Program),
            ("event stream", vec![("accept", "text/event-stream")], Client::Program),
            (
                "socket",
                vec![html, ("upgrade", "websocket"), ("sec-fetch-mode", "websocket")],
                Client::Program,
            ),
            ("prefetch", vec![html, ("sec-purpose", "prefetch")], Client::Prefetch),
            ("prerender", vec![html, ("sec-purpose", "prefetch;prerender")], Client::Prefetch),
            ("old prefetch", vec![html, ("purpose", "Prefetch")], Client::Prefetch),
            ("Firefox prefetch", vec![html, ("x-moz", "prefetch")], Client::Prefetch),
            ("Next.js prefetch", vec![html, ("next-router-prefetch", "1")], Client::Prefetch),
        ] {
            assert_eq!(client(&RequestView::new("GET", "/", &headers)), expected, "{name}");
        }
    }

    #[test]
    fn r22_only_top_level_document_navigations_begin_a_login() {
        for (name, headers, expected) in [
            ("link", vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], true),
            ("curl or an old browser", vec![], true),
            ("frame", vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], false),
            ("image", vec![("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], false),
            ("fetch()", vec![("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")], false),
            ("XHR", vec![("x-requested-with", "XMLHttpRequest")], false),
            ("prefetch", vec![("sec-purpose", "prefetch")], false),
        ] {
            assert_eq!(
                may_begin_login(&RequestView::new("GET", "/auth/login", &headers)),
                expected,
                "{name}"
            );
        }
    }
}
