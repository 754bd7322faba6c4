//! What every adapter of scalekit-session promises, as tests that talk HTTP, and the browser that they use.
#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a story that meets a surprise fails, and says where"
)]

pub use self::application::{Application, Environment};
pub use self::layout::Layout;
pub use self::run::run;
pub use self::world::Stage;

mod application;
pub mod browser;
mod cache;
mod layout;
mod listing;
mod run;
mod schedule;
mod slow;
mod soon;
#[doc(hidden)]
pub mod stories;
mod visitor;
mod world;

/// The names of all stories.
pub const STORIES: &[&str] = crate::conformance!(@each names []);

/// The stories that are told in one layout only, and why.
pub const ONE_LAYOUT: &[(&str, Layout, &str)] = crate::conformance!(@each one_layout []);
