//! [`ReturnTo`]: where a browser goes after login, which can only be a path of this origin (R39).

use std::fmt;

use thiserror::Error;
use url::Url;

/// A path of this origin, with query and fragment. There is no way to make one that leads elsewhere.
///
/// ```
/// use scalekit_session::ReturnTo;
///
/// assert_eq!(ReturnTo::parse("/invoices?page=2")?.as_str(), "/invoices?page=2");
/// assert!(ReturnTo::parse("https://evil.example/").is_err());
/// assert!(ReturnTo::parse("//evil.example").is_err());
/// assert!(ReturnTo::parse("/\\evil.example").is_err());
/// # Ok::<(), scalekit_session::config::ReturnToError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

/// Why a text is not a path of this origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReturnToError {
    /// It does not begin with exactly one `/`.
    #[error("a return path begins with one slash")]
    NotAPath,
    /// It holds a backslash, white space, a control or a non-ASCII character.
    #[error("a return path holds visible ASCII characters without a backslash")]
    Character,
    /// It is longer than [`ReturnTo::MAX_BYTES`].
    #[error("a return path is at most 1024 bytes long")]
    TooLong,
    /// Resolved by a browser it would leave the origin, or become another path.
    #[error("a return path stays what it is when a browser resolves it")]
    Moves,
}

impl ReturnTo {
    /// The longest path taken, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Takes a path of this origin.
    ///
    /// # Errors
    /// For everything else. Refused as well is what a browser or a proxy might read differently: encoded slashes and
    /// backslashes at the front, empty segments at the front, dot segments.
    pub fn parse(text: &str) -> Result<Self, ReturnToError> {
        if text.len() > Self::MAX_BYTES {
            return Err(ReturnToError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(ReturnToError::Character);
        }
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let first = path.strip_prefix('/').ok_or(ReturnToError::NotAPath)?;
        let lower = first.to_ascii_lowercase();
        if ["/", "%2f", "%5c"].iter().any(|slash| lower.starts_with(slash)) {
            return Err(ReturnToError::NotAPath);
        }
        if has_dot_segment(path) || !stays(text) {
            return Err(ReturnToError::Moves);
        }
        Ok(Self(text.to_owned()))
    }

    /// The path, query and fragment.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path alone.
    pub(crate) fn path(&self) -> &str {
        self.0.split(['?', '#']).next().unwrap_or_default()
    }
}

impl Default for ReturnTo {
    /// The root path.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Also where a proxy that decodes before it routes would see one.
fn has_dot_segment(path: &str) -> bool {
    let decoded = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    decoded.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// What a browser makes of it: the same origin and the same path.
fn stays(text: &str) -> bool {
    let base = "https://origin.invalid/";
    let resolved = Url::parse(base).and_then(|base| base.join(text));
    let path = text.split(['?', '#']).next().unwrap_or_default();
    resolved.is_ok_and(|url| {
        url.host_str() == Some("origin.invalid") && url.port().is_none() && decoded_same(url.path(), path)
    })
}

/// A URL parser escapes some characters of a path; apart from that it must be the same.
fn decoded_same(resolved: &str, path: &str) -> bool {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
    decode(resolved) == decode(path)
}
