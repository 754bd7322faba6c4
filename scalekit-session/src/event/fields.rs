//! What a log line may hold. A type that is not listed here cannot be a field of an event (R46).

use std::fmt;
use std::time::Duration;

use tracing::Value;
use tracing::field::{debug, display};

use crate::error::Error;

/// A message of a closed set of causes, without a secret whatever it is about. Each room says so of its own types.
pub(crate) trait Plain: fmt::Debug + fmt::Display {}

/// The most that a line repeats of a text from outside, in bytes.
const SHOWN: usize = 128;

/// A type that an event may hold.
pub(super) trait Field {
    /// As the line shows it.
    fn value(&self) -> impl Value;

    /// Any value, for the test that writes every event once.
    #[cfg(test)]
    fn sample() -> Self;
}

/// An error code that a client says is from Scalekit: shown when it looks like one (RFC 6749 §4.1.2.1), because a client
/// can put any text there.
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

/// Names and paths. The beginning of a long one is shown.
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
