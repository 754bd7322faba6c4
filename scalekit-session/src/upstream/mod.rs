//! All I/O: calls to Scalekit, its signing keys, and the runtime for work that outlives a request.

pub(crate) mod call;
pub(crate) mod client;
pub(crate) mod flight;
pub(crate) mod keys;
pub(crate) mod oauth;
pub(crate) mod runtime;
pub(crate) mod transport;
