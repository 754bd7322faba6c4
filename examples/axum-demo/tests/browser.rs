//! What every demo shows in a real browser.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "../../acme-workspace/stories/browser.rs"]
mod stories;
mod workspace;
