//! What every demo tells over HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../acme-workspace/stories/http.rs"]
mod stories;
mod workspace;
