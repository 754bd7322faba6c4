//! The program, used by the page's script.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../support/json_api.rs"]
mod json_api;
#[path = "../../support/mod.rs"]
mod support;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rocket-json-api");

#[tokio::test]
async fn r48_the_api_asks_for_a_login_and_never_redirects() {
    json_api::the_api_asks_for_a_login_and_never_redirects(PROGRAM).await;
}

#[tokio::test]
async fn r39_a_login_leads_back_to_the_page() {
    json_api::a_login_leads_back_to_the_page(PROGRAM).await;
}

#[tokio::test]
async fn everybody_has_a_list_of_their_own() {
    json_api::everybody_has_a_list_of_their_own(PROGRAM).await;
}

#[tokio::test]
async fn r48_what_is_forbidden_says_why() {
    json_api::what_is_forbidden_says_why(PROGRAM).await;
}

#[tokio::test]
async fn r51_a_page_of_another_site_adds_nothing() {
    json_api::a_page_of_another_site_adds_nothing(PROGRAM).await;
}

#[tokio::test]
async fn r9_an_outage_is_503_and_the_session_goes_on_after_it() {
    json_api::an_outage_is_503_and_the_session_goes_on_after_it(PROGRAM).await;
}

#[tokio::test]
async fn r29_after_signing_out_the_api_asks_for_a_login() {
    json_api::after_signing_out_the_api_asks_for_a_login(PROGRAM).await;
}
