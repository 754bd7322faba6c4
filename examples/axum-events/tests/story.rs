//! The program, used by a browser.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../support/events.rs"]
mod events;
#[path = "../../support/mod.rs"]
mod support;

const PROGRAM: &str = env!("CARGO_BIN_EXE_axum-events");

#[tokio::test]
async fn r49_a_stream_stops_when_its_session_is_signed_out() {
    events::a_stream_stops_when_its_session_is_signed_out(PROGRAM).await;
}

#[tokio::test]
async fn r48_a_stream_without_a_session_gets_401() {
    events::a_stream_without_a_session_gets_401(PROGRAM).await;
}
