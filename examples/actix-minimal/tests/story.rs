//! The program, used by a browser.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../support/minimal.rs"]
mod minimal;
#[path = "../../support/mod.rs"]
mod support;

const PROGRAM: &str = env!("CARGO_BIN_EXE_actix-minimal");

#[tokio::test]
async fn r19_everybody_may_open_the_front_page() {
    minimal::everybody_may_open_the_front_page(PROGRAM).await;
}

#[tokio::test]
async fn r39_the_sign_in_link_leads_to_the_greeting() {
    minimal::the_sign_in_link_leads_to_the_greeting(PROGRAM).await;
}

#[tokio::test]
async fn r39_whoever_opens_the_greeting_is_led_back_to_it() {
    minimal::whoever_opens_the_greeting_is_led_back_to_it(PROGRAM).await;
}

#[tokio::test]
async fn r48_a_script_without_a_session_gets_401() {
    minimal::a_script_without_a_session_gets_401(PROGRAM).await;
}

#[tokio::test]
async fn r29_r34_signing_out_ends_the_session_and_goes_to_scalekit() {
    minimal::signing_out_ends_the_session_and_goes_to_scalekit(PROGRAM).await;
}
