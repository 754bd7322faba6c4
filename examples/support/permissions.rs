//! The story of the applications about permissions: Ada is an administrator, Bob is not.

use reqwest::Method;
use scalekit_emulator::Emulator;

use crate::support::browser::NAVIGATE;
use crate::support::{ADA, Browser, Program};

const BOB: &str = "bob@acme.example";

struct Story {
    _emulator: Emulator,
    _program: Program,
    ada: Browser,
    bob: Browser,
    nobody: Browser,
}

/// Ada and Bob are signed in.
async fn start(program: &str) -> Story {
    let emulator = Emulator::start().await.unwrap();
    let program = Program::start(program, &emulator);
    let [mut ada, mut bob, nobody] = [(); 3].map(|()| Browser::of(&program));
    ada.sign_in(&emulator, "/auth/login", ADA).await;
    bob.sign_in(&emulator, "/auth/login", BOB).await;
    Story { _emulator: emulator, _program: program, ada, bob, nobody }
}

pub(crate) async fn the_start_page_shows_what_somebody_may_do(program: &str) {
    let Story { mut ada, mut bob, mut nobody, _program, _emulator } = start(program).await;
    let page = ada.open("/").await.body;
    for shown in ["Hello, Ada Lovelace", "/invoices", "/admin", "<li>admin</li>", "<li>invoices:write</li>"] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    let page = bob.open("/").await.body;
    assert!(page.contains("Hello, Bob Moran") && page.contains("<li>member</li>"), "{page}");
    assert!(!page.contains("href=\"/invoices\"") && !page.contains("href=\"/admin\""), "{page}");
    let page = nobody.open("/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("href=\"/auth/login\""), "{}", page.body);
}

pub(crate) async fn a_typed_requirement_admits_and_refuses(program: &str) {
    let Story { mut ada, mut bob, mut nobody, _program, _emulator } = start(program).await;
    let page = ada.open("/invoices").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("INV-2041") && page.body.contains("action=\"/invoices/pay\""),
        "{}",
        page.body
    );
    let page = ada.submit("/invoices/pay").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("INV-2041 is paid"), "{}", page.body);

    let page = bob.open("/invoices").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("Not for you") && !page.body.contains("INV-2041"), "{}", page.body);
    assert_eq!(bob.submit("/invoices/pay").await.status, 403);
    assert!(bob.open("/").await.body.contains("Hello, Bob Moran"), "he stays signed in");

    let sent = nobody.open("/invoices").await;
    assert_eq!((sent.status, sent.header("location")), (303, "/auth/login?return_to=%2Finvoices"));
}

pub(crate) async fn a_route_level_requirement_admits_and_refuses(program: &str) {
    let Story { mut ada, mut bob, mut nobody, _program, _emulator } = start(program).await;
    let page = ada.open("/admin").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Only administrators"), "{}", page.body);

    let page = bob.open("/admin").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("Not for you") && !page.body.contains("Only administrators"), "{}", page.body);

    let sent = nobody.open("/admin").await;
    assert_eq!((sent.status, sent.header("location")), (303, "/auth/login?return_to=%2Fadmin"));
}

pub(crate) async fn a_script_gets_problem_json_that_names_the_permission(program: &str) {
    let Story { mut bob, mut nobody, _program, _emulator, .. } = start(program).await;
    let refused = bob.fetch("/invoices").await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.code(), "forbidden");
    assert!(refused.body.contains("permission invoices:read"), "{}", refused.body);
    assert_eq!(nobody.fetch("/admin").await.status, 401);
}

pub(crate) async fn a_form_of_another_site_pays_nothing(program: &str) {
    let Story { mut ada, _program, _emulator, .. } = start(program).await;
    let refused = ada.send(Method::POST, "/invoices/pay", NAVIGATE, "cross-site", None).await;
    assert_eq!(refused.status, 403);
    assert!(!refused.body.contains("is paid"), "{}", refused.body);
    assert!(ada.submit("/invoices/pay").await.body.contains("is paid"), "she stays signed in");
}
