//! The caching headers of a response whose handler asked for the session (R24).

use std::borrow::Cow;

use crate::request::Headers;

/// The `Cache-Control` of every response that depends on a session.
pub(crate) const NO_STORE: &str = "private, no-store";

/// The `Cache-Control` to set, or `None` when the handler's own one already says `no-store`.
pub(crate) fn cache_control(response: &dyn Headers) -> Option<Cow<'static, str>> {
    let mut no_store = false;
    response.visit("cache-control", &mut |line| {
        no_store |= directives(line).any(|directive| directive.eq_ignore_ascii_case(b"no-store"));
    });
    (!no_store).then_some(Cow::Borrowed(NO_STORE))
}

/// Headers that override `Cache-Control` in the caches of a CDN or proxy (RFC 9213, the Edge Architecture
/// Specification, nginx).
const OVERRIDES: [&str; 3] = ["cdn-cache-control", "surrogate-control", "x-accel-expires"];

/// The overriding headers that a response has. They are removed, so that `no-store` reaches every cache.
pub(crate) type Overrides = [Option<&'static str>; OVERRIDES.len()];

/// Which overriding headers the response has.
pub(crate) fn overrides(response: &dyn Headers) -> Overrides {
    OVERRIDES.map(|name| {
        let mut present = false;
        response.visit(name, &mut |_| present = true);
        present.then_some(name)
    })
}

/// The `Vary` to set: the handler's own entries, then `Cookie`. `None` when the handler's own `Vary` names `Cookie`
/// already, or is `*`.
pub(crate) fn vary(response: &dyn Headers) -> Option<Cow<'static, str>> {
    let mut present = false;
    let mut own = String::new();
    response.visit("vary", &mut |line| {
        present |= directives(line).any(|name| name == b"*" || name.eq_ignore_ascii_case(b"cookie"));
        if let Ok(line) = std::str::from_utf8(line) {
            own.push_str(line);
            own.push_str(", ");
        }
    });
    match (present, own.is_empty()) {
        (true, _) => None,
        (false, true) => Some(Cow::Borrowed("Cookie")),
        (false, false) => Some(Cow::Owned(own + "Cookie")),
    }
}

fn directives(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_the_handler_keeps_what_is_at_least_as_strict() {
        for (own, expected) in [
            (None, Some(NO_STORE)),
            (Some("no-cache"), Some(NO_STORE)),
            (Some("public, max-age=60"), Some(NO_STORE)),
            (Some("x-no-store"), Some(NO_STORE)),
            (Some("no-store"), None),
            (Some("max-age=0, No-Store"), None),
        ] {
            let headers: Vec<(&str, &str)> = own.map(|value| ("cache-control", value)).into_iter().collect();
            assert_eq!(cache_control(&headers).as_deref(), expected, "{own:?}");
        }
    }

    #[test]
    fn r24_no_header_for_one_kind_of_cache_wins() {
        let headers = [("cdn-cache-control", "max-age=60"), ("x-accel-expires", "60"), ("age", "1")];
        assert_eq!(overrides(&headers), [Some("cdn-cache-control"), None, Some("x-accel-expires")]);
        let none: [(&str, &str); 0] = [];
        assert_eq!(overrides(&none), [None; 3]);
    }

    #[test]
    fn r24_vary_is_merged_without_duplicates() {
        for (own, expected) in [
            (vec![], Some("Cookie")),
            (vec![("vary", "accept-encoding")], Some("accept-encoding, Cookie")),
            (vec![("vary", "accept"), ("vary", "origin")], Some("accept, origin, Cookie")),
            (vec![("vary", "Accept, COOKIE")], None),
            (vec![("vary", "*")], None),
            (vec![("vary", "x-cookie")], Some("x-cookie, Cookie")),
        ] {
            assert_eq!(vary(&own).as_deref(), expected, "{own:?}");
        }
    }
}
