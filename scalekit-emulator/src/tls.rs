//! HTTPS on the loopback interface.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// A certificate and its key, as PEM.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: Vec<u8>,
}

/// Why a certificate and a key cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityError {
    #[error("the certificate cannot be read")]
    Certificate(#[source] pem::Error),
    #[error("the key cannot be read")]
    Key(#[source] pem::Error),
    #[error("certificate and key do not fit")]
    Unfit(#[source] rustls::Error),
}

impl Identity {
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, IdentityError> {
        let chain = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<Vec<_>, _>>()
            .map_err(IdentityError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(IdentityError::Key)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(IdentityError::Unfit)?;
        config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

const PROTOCOLS: &[&[u8]] = if cfg!(feature = "grpc") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };

/// A connection that shakes hands when it is first used, so that nobody else waits for it.
pub(crate) struct Encrypted(State);

enum State {
    Shaking(Accept<TcpStream>),
    Open(TlsStream<TcpStream>),
}

impl Encrypted {
    pub(crate) fn new(acceptor: &TlsAcceptor, stream: TcpStream) -> Self {
        Self(State::Shaking(acceptor.accept(stream)))
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Pin<&mut TlsStream<TcpStream>>>> {
        if let State::Shaking(accept) = &mut self.0 {
            self.0 = State::Open(ready!(Pin::new(accept).poll(cx))?);
        }
        match &mut self.0 {
            State::Open(stream) => Poll::Ready(Ok(Pin::new(stream))),
            State::Shaking(_) => Poll::Pending,
        }
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(cx))?.poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            State::Open(stream) => Pin::new(stream).poll_shutdown(cx),
            // Nobody is there to hear it.
            State::Shaking(_) => Poll::Ready(Ok(())),
        }
    }
}
