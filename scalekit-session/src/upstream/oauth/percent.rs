//! Encodes queries and forms as Scalekit's Node SDK does: by RFC 3986, with `%20` for a space.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 §2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes the parameters in order. Parameters without a value are left out.
pub(super) fn encode<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)> + Clone) -> String {
    // enough for the longest result: a buffer that grows would leave copies of secrets behind in memory
    let room = parameters.clone().into_iter().map(|(name, value)| 2 + 3 * (name.len() + value.len())).sum();
    let mut encoded = String::with_capacity(room);
    for (name, value) in parameters {
        if value.is_empty() {
            continue;
        }
        if !encoded.is_empty() {
            encoded.push('&');
        }
        encoded.extend(utf8_percent_encode(name, ESCAPED));
        encoded.push('=');
        encoded.extend(utf8_percent_encode(value, ESCAPED));
    }
    encoded
}

/// The URL with those parameters as its query. Without parameters the URL is not changed.
pub(super) fn with_query<'a>(
    url: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)> + Clone,
) -> String {
    let query = encode(parameters);
    if query.is_empty() { url.to_owned() } else { format!("{url}?{query}") }
}
