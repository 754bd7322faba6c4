//! [`ClientError`]: why a call to Scalekit failed. The messages show no secrets (R46).

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::token::jwt::InvalidToken;
use crate::upstream::oauth::{TokenFailure, TransientCause};

/// Why a call of a [`ScalekitClient`](crate::client::ScalekitClient) failed. The message shows no secrets.
///
/// ```
/// use scalekit_session::client::{ClientErrorKind, RefreshToken, ScalekitClient};
/// use scalekit_session::transport::HttpResponse;
///
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scalekit = ScalekitClient::builder("https://acme.scalekit.dev", "skc_1")
///     .transport(|_request| async { Ok(HttpResponse::new(503, Vec::new())) })
///     .build()?;
/// let error = scalekit.refresh_access_token(&RefreshToken::new("rt_1")).await.unwrap_err();
/// assert_eq!(error.kind(), ClientErrorKind::Unavailable);
/// assert!(error.is_transient());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ClientError {
    kind: ClientErrorKind,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

#[derive(Debug)]
enum Cause {
    Invalid(InvalidToken),
    Transient(TransientCause),
    /// An OAuth error code.
    Code(&'static str),
}

/// The kinds of [`ClientError`]. A caller treats each differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientErrorKind {
    /// Scalekit gave no usable answer. Try again later. This says nothing about any session.
    Unavailable,
    /// The code or refresh token is used up, expired or revoked.
    Rejected,
    /// Scalekit does not accept this application's configuration: id, secret, redirect URI or scopes.
    Misconfigured,
    /// The token is not acceptable, now or later. The source is an [`InvalidToken`].
    InvalidToken,
    /// The token was valid, and its time is over.
    Expired,
    /// The token is not valid yet: this machine's clock or Scalekit's is wrong.
    NotYetValid,
    /// Scalekit publishes no key with the token's key id.
    UnknownKey,
    /// Scalekit sent no ID token. Ask for the scope `openid`.
    NoIdToken,
}

impl ClientError {
    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> ClientErrorKind {
        self.kind
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.kind == ClientErrorKind::Unavailable
    }

    /// How long to wait before the next call, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) fn of(kind: ClientErrorKind) -> Self {
        Self { kind, retry_after: None, cause: None }
    }

    pub(super) fn no_id_token() -> Self {
        Self::of(ClientErrorKind::NoIdToken)
    }

    pub(super) fn no_keys(retry_after: Duration) -> Self {
        Self { retry_after: Some(retry_after), ..Self::of(ClientErrorKind::Unavailable) }
    }

    pub(super) fn invalid(why: InvalidToken) -> Self {
        Self { cause: Some(Cause::Invalid(why)), ..Self::of(ClientErrorKind::InvalidToken) }
    }
}

impl From<TokenFailure> for ClientError {
    fn from(failure: TokenFailure) -> Self {
        match failure {
            TokenFailure::Rejected => Self::of(ClientErrorKind::Rejected),
            TokenFailure::Misconfigured { code } => {
                Self { cause: Some(Cause::Code(code)), ..Self::of(ClientErrorKind::Misconfigured) }
            }
            TokenFailure::Transient { retry_after, cause } => {
                Self { kind: ClientErrorKind::Unavailable, retry_after, cause: Some(Cause::Transient(cause)) }
            }
        }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ClientErrorKind::Unavailable => "Scalekit gave no usable answer",
            ClientErrorKind::Rejected => "the code or refresh token is used up, expired or revoked",
            ClientErrorKind::Misconfigured => "Scalekit does not accept this application's configuration",
            ClientErrorKind::InvalidToken => "the token is not acceptable",
            ClientErrorKind::Expired => "the token is expired",
            ClientErrorKind::NotYetValid => "the token is not valid yet; a clock is wrong",
            ClientErrorKind::UnknownKey => "the token names a signing key that is not published",
            ClientErrorKind::NoIdToken => "Scalekit sent no ID token; ask for the scope `openid`",
        })?;
        match &self.cause {
            Some(Cause::Transient(cause)) => write!(f, " ({cause})"),
            Some(Cause::Code(code)) => write!(f, " ({code})"),
            // The source says it.
            Some(Cause::Invalid(_)) | None => Ok(()),
        }
    }
}

impl StdError for ClientError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.cause {
            Some(Cause::Invalid(why)) => Some(why),
            Some(Cause::Transient(_) | Cause::Code(_)) | None => None,
        }
    }
}
