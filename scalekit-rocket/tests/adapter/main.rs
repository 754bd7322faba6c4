//! What is this framework's own: guards, fairings, catchers, ranks and HTTP/2. What every adapter promises is told by
//! the conformance suite.

#[path = "../support/mod.rs"]
mod support;

mod cookies;
mod forwarding;
mod guards;
mod http2;
mod login;
mod refresh;
mod refusals;
mod rockets;
mod setup;
