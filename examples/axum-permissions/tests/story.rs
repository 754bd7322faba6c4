//! The program, used by browsers.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../support/permissions.rs"]
mod permissions;
#[path = "../../support/mod.rs"]
mod support;

const PROGRAM: &str = env!("CARGO_BIN_EXE_axum-permissions");

#[tokio::test]
async fn the_start_page_shows_what_somebody_may_do() {
    permissions::the_start_page_shows_what_somebody_may_do(PROGRAM).await;
}

#[tokio::test]
async fn a_typed_requirement_admits_and_refuses() {
    permissions::a_typed_requirement_admits_and_refuses(PROGRAM).await;
}

#[tokio::test]
async fn a_route_level_requirement_admits_and_refuses() {
    permissions::a_route_level_requirement_admits_and_refuses(PROGRAM).await;
}

#[tokio::test]
async fn r48_a_script_gets_problem_json_that_names_the_permission() {
    permissions::a_script_gets_problem_json_that_names_the_permission(PROGRAM).await;
}

#[tokio::test]
async fn r51_a_form_of_another_site_pays_nothing() {
    permissions::a_form_of_another_site_pays_nothing(PROGRAM).await;
}
