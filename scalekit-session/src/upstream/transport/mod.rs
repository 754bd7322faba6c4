//! How the core reaches Scalekit: one request, one response, no policy.
//!
//! [`Transport`] is implemented for closures, so a test double is one line:
//!
//! ```
//! use scalekit_session::transport::{HttpResponse, Transport};
//!
//! # fn takes(_: impl Transport) {}
//! takes(|_request| async { Ok(HttpResponse::new(503, Vec::new())) });
//! ```

#[cfg(feature = "reqwest")]
mod reqwest;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;
use zeroize::Zeroizing;

#[cfg(feature = "reqwest")]
pub use self::reqwest::{BuildTransportError, ReqwestTransport};

/// Sends one HTTP request to Scalekit.
///
/// An implementation bounds its own time (10 s in all is what [`ReqwestTransport`] takes), reads at most
/// [`MAX_RESPONSE_BYTES`], follows no redirect and never sends a request twice: codes and refresh tokens are
/// single-use.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` and reads the whole response.
    ///
    /// # Errors
    /// When no complete response came back. An HTTP error status is a response, not an error.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

#[async_trait]
impl<F, R> Transport for F
where
    F: Fn(HttpRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<HttpResponse, TransportError>> + Send + 'static,
{
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self(request).await
    }
}

/// The most a response of Scalekit may hold, in bytes.
pub const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// A request to Scalekit: `GET` without a body, or `POST` with form fields.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpRequest {
    /// Absolute URL.
    pub url: String,
    /// `application/x-www-form-urlencoded` body of a `POST`; a request without one is a `GET`. Wiped on drop.
    pub form: Option<Zeroizing<String>>,
}

impl HttpRequest {
    /// A `GET`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self { url: url.into(), form: None }
    }

    /// A `POST` of an encoded form.
    #[must_use]
    pub fn post(url: impl Into<String>, form: String) -> Self {
        Self { url: url.into(), form: Some(Zeroizing::new(form)) }
    }
}

impl fmt::Debug for HttpRequest {
    /// Leaves the body out: it carries secrets (R46).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A response of Scalekit. The body is wiped on drop.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// `Retry-After` in seconds, when it came as a number.
    pub retry_after: Option<Duration>,
    /// The whole body.
    pub body: Zeroizing<Vec<u8>>,
}

impl HttpResponse {
    /// A response with status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, retry_after: None, body: Zeroizing::new(body.into()) }
    }

    /// The same response with a `Retry-After`.
    #[must_use]
    pub fn with_retry_after(self, after: Duration) -> Self {
        Self { retry_after: Some(after), ..self }
    }
}

impl fmt::Debug for HttpResponse {
    /// Leaves the body out: it carries tokens (R46).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why no complete response came back.
#[derive(Debug, Error)]
#[error("no response from Scalekit: {reason}")]
#[non_exhaustive]
pub struct TransportError {
    /// What failed, without URLs' queries or bodies.
    pub reason: TransportFailure,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TransportError {
    /// A failure of that kind.
    #[must_use]
    pub fn new(reason: TransportFailure) -> Self {
        Self { reason, source: None }
    }

    /// The same failure with its cause, which must carry no secret.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

/// The kinds of failure a transport tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportFailure {
    /// No connection (DNS, TCP or TLS): the request was not processed.
    Connect,
    /// Out of time; the request may have been processed.
    Timeout,
    /// The connection broke; the request may have been processed.
    Broken,
    /// The response was larger than [`MAX_RESPONSE_BYTES`].
    TooLarge,
}

impl fmt::Display for TransportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "could not connect",
            Self::Timeout => "timed out",
            Self::Broken => "the connection broke",
            Self::TooLarge => "the response was too large",
        })
    }
}
