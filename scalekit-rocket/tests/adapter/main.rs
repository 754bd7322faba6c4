//! The adapter in front of an application, with an emulated Scalekit behind it.

#[path = "../support/mod.rs"]
mod support;

mod caching;
mod commit;
mod cookies;
mod forwarding;
mod guards;
mod http2;
mod keys;
mod login;
mod logout;
mod methods;
mod outage;
mod parallel;
mod refresh;
mod refusals;
mod rockets;
mod setup;
