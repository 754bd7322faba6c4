//! [`ReqwestTransport`]: the default transport, reqwest with rustls.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, redirect, retry};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, Transport, TransportError, TransportFailure};

/// Calls Scalekit with reqwest. A connection takes at most 5 s, a call at most 10 s. Follows no redirects, retries
/// nothing.
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
            // shorter than the idle time after which load balancers drop a connection silently
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
            // reqwest does not overwrite its copy of the body; there is no other copy that stays in memory
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

/// Reads the body, at most [`MAX_RESPONSE_BYTES`]. The header `Content-Length` is not trusted.
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

/// The first size of the buffer, in bytes: enough for a token response.
const FIRST_ROOM: usize = 16 * 1024;

/// Makes room for `more` bytes. A buffer that grows by itself would leave a copy of the tokens behind in memory.
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

/// Only a failure to connect means that Scalekit did not see the request. Other failures may come after Scalekit saw
/// it.
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    use super::*;

    /// A server that answers one connection with `answer`. Returns its URL and the request that it reads.
    fn server(answer: Vec<u8>) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") || !body_is_complete(&request) {
                let read = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..read]);
            }
            // the client may hang up before it has read everything
            let _ = stream.write_all(&answer);
            String::from_utf8(request).unwrap()
        });
        (url, served)
    }

    fn body_is_complete(request: &[u8]) -> bool {
        let text = String::from_utf8_lossy(request);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.parse().unwrap())
    }

    fn answer(head: &str, body: &[u8]) -> Vec<u8> {
        let length = body.len();
        let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    async fn send(request: HttpRequest) -> Result<HttpResponse, TransportError> {
        ReqwestTransport::new().unwrap().send(request).await
    }

    #[tokio::test]
    async fn a_form_is_posted_as_it_is() {
        let (url, served) = server(answer("200 OK\r\nRetry-After: 7", b"{\"a\":1}"));
        let request = HttpRequest::post(format!("{url}/oauth/token"), "a=b%20c&d=e".to_owned());
        let response = send(request).await.unwrap();
        assert_eq!((response.status, &**response.body), (200, b"{\"a\":1}".as_slice()));
        assert_eq!(response.retry_after, Some(Duration::from_secs(7)));

        let request = served.join().unwrap();
        assert!(request.starts_with("POST /oauth/token HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
        assert!(request.contains("user-agent: scalekit-session-rust/0."), "{request}");
        assert!(request.ends_with("\r\n\r\na=b%20c&d=e"), "{request}");
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let head = "307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/elsewhere";
        let (url, served) = server(answer(head, b""));
        let response = send(HttpRequest::post(url, "code=x".to_owned())).await.unwrap();
        assert_eq!(response.status, 307);
        served.join().unwrap();
    }

    #[tokio::test]
    async fn a_response_holds_a_mebibyte_and_not_a_byte_more() {
        for (size, fits) in [(MAX_RESPONSE_BYTES, true), (MAX_RESPONSE_BYTES + 1, false)] {
            let (url, served) = server(answer("200 OK", &vec![b'x'; size]));
            let sent = send(HttpRequest::get(url)).await;
            match sent {
                Ok(response) => assert!(fits && response.body.len() == size),
                Err(error) => assert!(!fits && error.reason == TransportFailure::TooLarge, "{error}"),
            }
            served.join().unwrap();
        }
    }

    #[tokio::test]
    async fn r8_no_connection_is_told_from_a_broken_one() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = send(HttpRequest::get(format!("http://{closed}/keys"))).await.unwrap_err();
        assert_eq!(error.reason, TransportFailure::Connect);

        let (url, served) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec());
        let error = send(HttpRequest::get(url)).await.unwrap_err();
        assert_eq!(error.reason, TransportFailure::Broken);
        served.join().unwrap();

        let (url, served) = server(Vec::new());
        let error = send(HttpRequest::get(url)).await.unwrap_err();
        assert_eq!(error.reason, TransportFailure::Broken);
        served.join().unwrap();
    }

    #[tokio::test]
    async fn r46_an_error_shows_neither_the_url_nor_the_form() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("http://{closed}/oauth/token?hint=t0ken");
        let error = send(HttpRequest::post(url, "client_secret=s3cret".to_owned())).await;
        let error = error.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        let shown = format!("{error} {error:?} {source} {source:?}");
        assert!(!shown.contains("t0ken") && !shown.contains("s3cret"), "{shown}");
    }
}
