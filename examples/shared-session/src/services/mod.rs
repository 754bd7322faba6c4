//! The three services in Rust: each has a page of its own, and login, callback and logout under its own prefix.

pub(crate) mod actix;
pub(crate) mod axum;
pub(crate) mod rocket;

use std::fmt;
use std::net::SocketAddr;

/// A server that stops when it is dropped.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    stop: Box<dyn Fn() + Send + Sync>,
}

impl Service {
    fn new(address: SocketAddr, stop: impl Fn() + Send + Sync + 'static) -> Self {
        Self { address, stop: Box::new(stop) }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        (self.stop)();
    }
}
