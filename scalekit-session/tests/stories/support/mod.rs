//! A Scalekit in memory and a browser, for tests of the core without a network.

mod browser;
mod jar;
pub(crate) mod official;
mod scalekit;

pub(crate) use browser::{Answer, Browser, finish, set_cookies};
pub(crate) use scalekit::{FakeScalekit, Script};
