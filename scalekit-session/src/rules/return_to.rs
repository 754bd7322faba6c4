//! [`ReturnTo`]: where a browser goes after login. It can only be a path of this origin (R39).

use std::fmt;

use thiserror::Error;
use url::Url;

/// Where a browser goes after login: a path of this origin, with query and fragment. No value leads to another origin.
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
    /// It holds a backslash, white space, a control character or a non-ASCII character.
    #[error("a return path holds visible ASCII characters without a backslash")]
    Character,
    /// It is longer than [`ReturnTo::MAX_BYTES`].
    #[error("a return path is at most 1024 bytes long")]
    TooLong,
    /// A browser would resolve it to another origin or to another path.
    #[error("a browser would resolve this return path to another path or origin")]
    Moves,
}

impl ReturnTo {
    /// The longest path that is accepted, with query and fragment, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Reads a path of this origin.
    ///
    /// # Errors
    /// When the text is not a path of this origin. Also when a browser or a proxy might read the path differently: it
    /// begins with an encoded slash or backslash or with an empty segment, or has a dot segment.
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

    /// The path with its query and fragment.
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

/// Whether the path has a segment `.` or `..`, as written or once decoded: some proxies decode a path before they
/// route.
fn has_dot_segment(path: &str) -> bool {
    let decoded = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    decoded.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Whether a browser resolves the text to the same origin and the same path.
fn stays(text: &str) -> bool {
    let base = "https://origin.invalid/";
    let resolved = Url::parse(base).and_then(|base| base.join(text));
    let path = text.split(['?', '#']).next().unwrap_or_default();
    resolved.is_ok_and(|url| {
        url.host_str() == Some("origin.invalid") && url.port().is_none() && decoded_same(url.path(), path)
    })
}

/// Whether two paths differ in nothing but percent-escapes, because a URL parser escapes some characters.
fn decoded_same(resolved: &str, path: &str) -> bool {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
    decode(resolved) == decode(path)
}
