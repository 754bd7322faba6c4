//! Which requests are refused for their origin or host: requests that another site sent (cross-site request forgery,
//! R51), and plain `http` for another host than this machine (R40).

use crate::loopback::Reach;
use crate::loopback::is_loopback_authority;
use crate::request::RequestView;
use crate::rules::navigation::is_safe;

/// Whether another site sent the request and the request may have effects, by `Sec-Fetch-Site` and `Origin`.
///
/// A request that carries neither header does not come from a browser, so no other site can have made a user's browser
/// send it with that user's cookies.
pub(crate) fn is_cross_origin(request: &RequestView<'_>, allowed: &[String]) -> bool {
    let socket = request.has_header("upgrade");
    if is_safe(request.method) && !socket {
        return false;
    }
    let listed = |origin: &str| allowed.iter().any(|own| own == origin);
    if request.has_header("sec-fetch-site") {
        let same = matches!(request.header("sec-fetch-site"), Some("same-origin" | "none"));
        return !same && !request.header("origin").is_some_and(listed);
    }
    request.has_header("origin") && !request.header("origin").is_some_and(listed)
}

/// Whether the application is configured for plain `http` on loopback, and the request names another host.
///
/// Such a request is an attack, or the deployment should have been configured for `https`.
pub(crate) fn is_misdirected(request: &RequestView<'_>, reach: Reach) -> bool {
    if reach != Reach::Loopback {
        return false;
    }
    match request.authority.or_else(|| request.header("host")) {
        Some(named) => !is_loopback_authority(named),
        // HTTP/1.0 requests may have no `Host`. A `Host` that is repeated or not ASCII counts as an attack.
        None => request.has_header("host"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r40_over_http_only_loopback_hosts_are_served() {
        for (name, authority, headers, misdirected) in [
            ("own", None, vec![("host", "localhost:3000")], false),
            ("other", None, vec![("host", "evil.example")], true),
            ("HTTP/1.0", None, vec![], false),
            ("twice", None, vec![("host", "localhost"), ("host", "localhost")], true),
            ("not ASCII", None, vec![("host", "löcalhost")], true),
            ("user name", None, vec![("host", "localhost:x@evil.example")], true),
            ("HTTP/2", Some("localhost:3000"), vec![], false),
            ("HTTP/2, other", Some("evil.example"), vec![("host", "localhost")], true),
        ] {
            let request = RequestView::new("GET", "/", &headers).with_authority(authority);
            assert_eq!(is_misdirected(&request, Reach::Loopback), misdirected, "{name}");
            assert!(!is_misdirected(&request, Reach::Public), "{name}: https decides by the redirect URI");
        }
    }

    #[test]
    fn r51_effects_need_a_same_origin_sender() {
        let allowed = ["https://app.test".to_owned()];
        let ours = ("origin", "https://app.test");
        for (name, method, headers, refused) in [
            ("same origin", "POST", vec![("sec-fetch-site", "same-origin"), ours], false),
            ("user typed it", "POST", vec![("sec-fetch-site", "none")], false),
            ("sibling site", "POST", vec![("sec-fetch-site", "same-site")], true),
            ("listed sibling", "POST", vec![("sec-fetch-site", "same-site"), ours], false),
            ("other site", "POST", vec![("sec-fetch-site", "cross-site")], true),
            ("made-up value", "POST", vec![("sec-fetch-site", "friendly")], true),
            (
                "repeated",
                "POST",
                vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
                true,
            ),
            ("old browser, ours", "DELETE", vec![ours], false),
            ("old browser, other", "DELETE", vec![("origin", "https://evil.test")], true),
            ("old browser, null", "PUT", vec![("origin", "null")], true),
            ("old browser, other port", "PUT", vec![("origin", "https://app.test:8443")], true),
            ("not a browser", "POST", vec![], false),
            ("unknown method", "BREW", vec![("sec-fetch-site", "cross-site")], true),
            ("lower case is not GET", "get", vec![("sec-fetch-site", "cross-site")], true),
            ("GET has no effects", "GET", vec![("sec-fetch-site", "cross-site")], false),
            (
                "socket of another site",
                "GET",
                vec![("upgrade", "websocket"), ("origin", "https://evil.test")],
                true,
            ),
            ("own socket", "GET", vec![("upgrade", "websocket"), ours], false),
        ] {
            let request = RequestView::new(method, "/", &headers);
            assert_eq!(is_cross_origin(&request, &allowed), refused, "{name}");
        }
    }
}
