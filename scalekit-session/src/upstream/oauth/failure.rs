//! [`TokenFailure`]: what a failed token request says about a code or refresh token (R8).

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::answer;
use crate::event::Plain;
use crate::upstream::transport::{HttpResponse, TransportError, TransportFailure};

/// Why the token endpoint sent no tokens.
///
/// | answer | verdict |
/// |---|---|
/// | 4xx with OAuth JSON, `error` is `invalid_grant` | `Rejected` |
/// | 4xx with OAuth JSON, `error` blames the client's configuration | `Misconfigured` |
/// | 408, 425, 429, whatever the body | `Transient` |
/// | everything else: no answer, 5xx, HTML, other JSON, other errors | `Transient` |
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenFailure {
    /// The code or refresh token is used up, expired or revoked.
    Rejected,
    /// Scalekit does not accept our own configuration. This says nothing about the user's session.
    Misconfigured {
        /// The OAuth error code (RFC 6749 §5.2).
        code: &'static str,
    },
    /// The failure says nothing about the code or refresh token.
    Transient {
        /// How long Scalekit asks us to wait.
        retry_after: Option<Duration>,
        cause: TransientCause,
    },
}

impl TokenFailure {
    pub(super) fn from_transport(error: &TransportError) -> Self {
        Self::Transient { retry_after: None, cause: TransientCause::Transport(error.reason) }
    }

    /// The meaning of a response without tokens.
    pub(super) fn from_response(response: &HttpResponse) -> Self {
        let transient = Self::Transient {
            retry_after: response.retry_after,
            cause: TransientCause::Status(response.status),
        };
        if !(400..500).contains(&response.status) || matches!(response.status, 408 | 425 | 429) {
            return transient;
        }
        match answer::object(&response.body) {
            Some(Refusal { error }) if error == "invalid_grant" => Self::Rejected,
            Some(Refusal { error }) => MISCONFIGURATIONS
                .iter()
                .find(|code| error == **code)
                .map_or(transient, |code| Self::Misconfigured { code }),
            None => transient,
        }
    }
}

/// Why a failure says nothing about the code or refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum TransientCause {
    /// No complete response came back.
    Transport(TransportFailure),
    /// A status that says nothing about the code or refresh token.
    Status(u16),
    /// Status 200, but no tokens that can be read.
    Unreadable,
}

impl Plain for TransientCause {}

impl fmt::Display for TransientCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(failure) => failure.fmt(f),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Unreadable => f.write_str("an unreadable answer"),
        }
    }
}

/// OAuth's error body (RFC 6749 §5.2). The description is not read, because it may repeat secrets that were sent.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The error codes for a wrong configuration (RFC 6749 §5.2, RFC 8707 §2). A user cannot cause them.
const MISCONFIGURATIONS: &[&str] = &[
    "invalid_client",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "unauthorized_client",
    "unsupported_grant_type",
];
