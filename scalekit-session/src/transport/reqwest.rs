//! The transport of the default features: reqwest on rustls.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, redirect, retry};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, Transport, TransportError, TransportFailure};

/// Talks to Scalekit with reqwest: 5 s to connect, 10 s in all, no redirects, no retries.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: Client,
}

impl ReqwestTransport {
    /// A transport with a connection pool of its own.
    ///
    /// # Errors
    /// When TLS cannot be set up, for example because the machine has no certificates.
    pub fn new() -> Result<Self, BuildTransportError> {
        let client = Client::builder()
            .user_agent(concat!("scalekit-session-rust/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            // shorter than the idle time after which load balancers drop a connection without a word
            .pool_idle_timeout(Duration::from_secs(50))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .build()
            .map_err(|source| BuildTransportError { source })?;
        Ok(Self { client })
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let builder = match &request.form {
            // reqwest's copy of the body is not wiped; nothing outside of it keeps one
            Some(form) => self
                .client
                .post(&request.url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.as_str().to_owned()),
            None => self.client.get(&request.url),
        };
        let response = builder.header(ACCEPT, "application/json").send().await.map_err(failure)?;
        let status = response.status().as_u16();
        let retry_after = retry_after(&response);
        let body = read(response).await?;
        let answer = HttpResponse { status, retry_after, body };
        Ok(answer)
    }
}

/// The HTTP client could not be set up.
#[derive(Debug, Error)]
#[error("the HTTP client could not be set up")]
#[non_exhaustive]
pub struct BuildTransportError {
    source: reqwest::Error,
}

/// Reads the body as far as it may go; a `Content-Length` is only a promise.
async fn read(mut response: Response) -> Result<Zeroizing<Vec<u8>>, TransportError> {
    let mut body = Zeroizing::new(Vec::with_capacity(FIRST_ROOM));
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Err(TransportError::new(TransportFailure::TooLarge));
        }
        grow(&mut body, chunk.len());
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Holds a token response without growing.
const FIRST_ROOM: usize = 16 * 1024;

/// Makes room for `more` bytes. A buffer that grows by itself would leave a copy of the tokens behind.
fn grow(body: &mut Zeroizing<Vec<u8>>, more: usize) {
    if body.capacity() - body.len() < more {
        let mut larger = Zeroizing::new(Vec::with_capacity((body.len() + more) * 2));
        larger.extend_from_slice(body);
        *body = larger;
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// Only a failure to connect means that Scalekit never saw the request. Other failures may come after it did.
fn failure(error: reqwest::Error) -> TransportError {
    let reason = if error.is_connect() {
        TransportFailure::Connect
    } else if error.is_timeout() {
        TransportFailure::Timeout
    } else {
        TransportFailure::Broken
    };
    TransportError::new(reason).with_source(error.without_url())
}
