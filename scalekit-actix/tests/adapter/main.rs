//! What is this framework's own: extractors, middleware, scopes, workers, errors and upgrades. What every adapter
//! promises is told by the conformance suite.

#[path = "../support/mod.rs"]
mod support;

mod cookies;
mod errors;
mod guards;
mod login;
mod names;
mod refresh;
mod refusals;
mod setup;
mod sockets;
mod workers;
