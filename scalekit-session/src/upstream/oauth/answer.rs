//! Reads the JSON of Scalekit's responses.

use serde::de::DeserializeOwned;

/// Reads a JSON object. `serde` alone would also accept a JSON list of the members' values.
pub(super) fn object<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(body).ok()
}
