//! Queries and forms, encoded like Scalekit's own Node SDK does: RFC 3986, every space is `%20`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 §2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Joins the parameters that have a value, in order.
pub(super) fn encode<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)> + Clone) -> String {
    // room for the worst case: a buffer that grows leaves copies of secrets behind
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

/// A URL with those parameters as its query; without a `?` when there is none.
pub(super) fn with_query<'a>(
    url: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)> + Clone,
) -> String {
    let query = encode(parameters);
    if query.is_empty() { url.to_owned() } else { format!("{url}?{query}") }
}
