//! A Scalekit in memory and a browser-like jar, for tests of the core without sockets.

#![expect(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

mod browser;
mod jar;
mod scalekit;

pub use browser::{Answer, Browser, finish};
pub use jar::Jar;
pub use scalekit::{FakeScalekit, Script};
