//! [`Field`]: the types that a log line may show. A type that is not listed here cannot be a field of an event (R46).

use std::fmt;
use std::time::Duration;

use tracing::Value;
use tracing::field::{debug, display};

use crate::error::Error;

/// A message that never shows a secret, because all its texts are known when the crate is built. Each room implements
/// this trait for its own types.
pub(crate) trait Plain: fmt::Debug + fmt::Display {}

/// How many bytes of a text from outside a line shows.
const SHOWN: usize = 128;

/// The type of a field of an event.
pub(super) trait Field {
    /// The value as the line shows it.
    fn value(&self) -> impl Value;

    /// Some value, for the test that writes every event once.
    #[cfg(test)]
    fn sample() -> Self;
}

/// An error code from the query of a callback. Any client can put any text there, so it is shown only when it looks
/// like an error code of RFC 6749 §4.1.2.1. Otherwise the line shows `other`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErrorCode<'a>(pub(crate) &'a str);

impl ErrorCode<'_> {
    fn shown(&self) -> &str {
        let is_code = self.0.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if is_code && self.0.len() <= 64 { self.0 } else { "other" }
    }
}

impl Field for ErrorCode<'_> {
    fn value(&self) -> impl Value {
        self.shown()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self("access_denied")
    }
}

/// Names and paths. Of a long text only the beginning is shown.
impl Field for &str {
    fn value(&self) -> impl Value {
        let longest = self.len().min(SHOWN);
        (0..=longest).rev().find_map(|end| self.get(..end)).unwrap_or_default()
    }

    #[cfg(test)]
    fn sample() -> Self {
        "sample"
    }
}

impl Field for &dyn Plain {
    fn value(&self) -> impl Value {
        display(self)
    }

    #[cfg(test)]
    fn sample() -> Self {
        #[derive(Debug)]
        struct Sample;
        impl fmt::Display for Sample {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("sample")
            }
        }
        impl Plain for Sample {}
        &Sample
    }
}

impl Field for &Error {
    fn value(&self) -> impl Value {
        *self as &(dyn std::error::Error + 'static)
    }

    #[cfg(test)]
    fn sample() -> Self {
        Box::leak(Box::new(crate::error::Repr::Random.into()))
    }
}

impl Field for Duration {
    fn value(&self) -> impl Value {
        debug(self)
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::from_secs(1)
    }
}

impl Field for usize {
    fn value(&self) -> impl Value {
        *self
    }

    #[cfg(test)]
    fn sample() -> Self {
        1
    }
}

impl Field for u64 {
    fn value(&self) -> impl Value {
        *self
    }

    #[cfg(test)]
    fn sample() -> Self {
        1
    }
}
