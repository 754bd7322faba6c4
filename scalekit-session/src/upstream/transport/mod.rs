//! [`Transport`]: sends one request to Scalekit and reads the response. It retries nothing and judges nothing.

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
/// An implementation limits its own time ([`ReqwestTransport`] takes at most 10 s), reads at most
/// [`MAX_RESPONSE_BYTES`], follows no redirect, and never sends a request twice, because codes and refresh tokens can
/// be used once.
///
/// Closures implement this trait, so a test double is one line:
///
/// ```
/// use scalekit_session::transport::{HttpRequest, HttpResponse, Transport, TransportError};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), TransportError> {
/// let outage = |_request: HttpRequest| async { Ok::<_, TransportError>(HttpResponse::new(503, Vec::new())) };
///
/// let response = Transport::send(&outage, HttpRequest::get("https://acme.scalekit.dev/keys")).await?;
/// assert_eq!(response.status, 503);
/// # Ok(()) }
/// ```
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` and reads the whole response.
    ///
    /// # Errors
    /// When no complete response came. A response with an error status is not an error here.
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

/// The longest body of a response of Scalekit, in bytes.
pub const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// A request to Scalekit: `GET` without a body, or `POST` with form fields.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The absolute URL.
    pub url: String,
    /// The `application/x-www-form-urlencoded` body of a `POST`. A request without one is a `GET`. The memory is
    /// overwritten when the request is dropped.
    pub form: Option<Zeroizing<String>>,
}

impl HttpRequest {
    /// A `GET` request.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self { url: url.into(), form: None }
    }

    /// A `POST` request with an encoded form.
    #[must_use]
    pub fn post(url: impl Into<String>, form: String) -> Self {
        Self { url: url.into(), form: Some(Zeroizing::new(form)) }
    }
}

impl fmt::Debug for HttpRequest {
    // R46: without the body, because it carries secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A response of Scalekit. The memory of the body is overwritten when the response is dropped.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The header `Retry-After`, if it is a number of seconds.
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

    /// This response with a `Retry-After`.
    #[must_use]
    pub fn with_retry_after(self, after: Duration) -> Self {
        Self { retry_after: Some(after), ..self }
    }
}

impl fmt::Debug for HttpResponse {
    // R46: without the body, because it carries tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why no complete response came.
#[derive(Debug, Error)]
#[error("no response from Scalekit: {reason}")]
#[non_exhaustive]
pub struct TransportError {
    /// What failed. It shows neither a URL nor a body.
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

    /// This failure with its cause. Security: the cause must not show a secret.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

/// The kinds of failure of a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportFailure {
    /// There was no connection (DNS, TCP or TLS). Scalekit did not process the request.
    Connect,
    /// The time was over. Scalekit may have processed the request.
    Timeout,
    /// The connection broke. Scalekit may have processed the request.
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
