//! What is this framework's own: extractors, layers and nested routers. What every adapter promises is told by the
//! conformance suite.

#[path = "../support/mod.rs"]
mod support;

mod cookies;
mod guards;
mod login;
mod refresh;
mod refusals;
mod setup;
