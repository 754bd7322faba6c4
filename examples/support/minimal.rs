//! The story of the minimal applications: a front page, a greeting, a way in and a way out.

use scalekit_emulator::Emulator;

use crate::support::{ADA, Browser, Program};

async fn start(program: &str) -> (Emulator, Program) {
    let emulator = Emulator::start().await.unwrap();
    let program = Program::start(program, &emulator);
    (emulator, program)
}

pub(crate) async fn everybody_may_open_the_front_page(program: &str) {
    let (emulator, program) = start(program).await;
    let mut browser = Browser::of(&program);
    let page = browser.open("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.header("content-type"));
    assert!(page.body.contains("href=\"/auth/login?return_to=/hello\""), "{}", page.body);
    assert!(browser.jar.is_empty());
    assert_eq!(emulator.calls().total(), 0);
}

pub(crate) async fn the_sign_in_link_leads_to_the_greeting(program: &str) {
    let (emulator, program) = start(program).await;
    let mut ada = Browser::of(&program);
    assert_eq!(ada.sign_in(&emulator, "/auth/login?return_to=/hello", ADA).await, "/hello");
    let page = ada.open("/hello").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Hello, Ada Lovelace"), "{}", page.body);
}

pub(crate) async fn whoever_opens_the_greeting_is_led_back_to_it(program: &str) {
    let (emulator, program) = start(program).await;
    let mut ada = Browser::of(&program);
    let sent = ada.open("/hello?from=mail").await;
    assert_eq!(sent.status, 303);
    let login = sent.header("location");
    assert_eq!(login, "/auth/login?return_to=%2Fhello%3Ffrom%3Dmail");
    assert_eq!(ada.sign_in(&emulator, login, ADA).await, "/hello?from=mail");
}

pub(crate) async fn a_script_without_a_session_gets_401(program: &str) {
    let (_emulator, program) = start(program).await;
    let answer = Browser::of(&program).fetch("/hello").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.code(), "login_required");
}

pub(crate) async fn signing_out_ends_the_session_and_goes_to_scalekit(program: &str) {
    let (emulator, program) = start(program).await;
    let mut ada = Browser::of(&program);
    ada.sign_in(&emulator, "/auth/login?return_to=/hello", ADA).await;
    let page = ada.open("/hello").await;
    assert!(page.body.contains("<form method=\"post\" action=\"/auth/logout\">"), "{}", page.body);

    let left = ada.submit("/auth/logout").await;
    assert_eq!(left.status, 303);
    let scalekit = left.header("location");
    assert!(scalekit.starts_with(emulator.url()) && scalekit.contains("id_token_hint="), "{scalekit}");
    assert!(ada.jar.is_empty());
    assert_eq!(ada.open("/hello").await.status, 303, "to the login page");
}
