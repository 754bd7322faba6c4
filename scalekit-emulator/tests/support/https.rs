//! A client that trusts the certificate of the tests.

use reqwest::{Certificate, Client, ClientBuilder};

pub const CERTIFICATE: &str = include_str!("localhost.crt");
pub const KEY: &str = include_str!("localhost.key");

/// Trusts this one certificate.
pub fn https(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    let certificate = Certificate::from_pem(CERTIFICATE.as_bytes()).unwrap();
    configure(Client::builder().tls_certs_only([certificate])).build().unwrap()
}
