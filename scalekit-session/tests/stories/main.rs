//! Tests of the core from outside: driven as an adapter drives it, against a Scalekit in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod access;
mod callback;
mod config;
mod forgery;
mod login;
mod logout;
mod manager;
mod official;
mod official_broken;
mod official_forged;
mod official_moving;
mod outage;
mod races;
mod refresh;
mod restructured;
mod return_to;
mod runtimes;
mod send_sync;
mod sessions;
mod sizes;
mod spent;
mod split;
mod split_broken;
mod split_login;
mod support;
mod watch;
