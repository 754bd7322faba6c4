//! All I/O: how the crate reaches Scalekit, and where work runs that outlives a request.

pub(crate) mod call;
pub(crate) mod client;
pub(crate) mod flight;
pub(crate) mod keys;
pub(crate) mod oauth;
pub(crate) mod runtime;
pub(crate) mod transport;
