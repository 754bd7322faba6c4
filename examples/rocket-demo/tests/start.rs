//! How every demo starts, and how it says why it does not.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../acme-workspace/stories/start.rs"]
mod stories;

const DEMO: &str = env!("CARGO_BIN_EXE_rocket-demo");
