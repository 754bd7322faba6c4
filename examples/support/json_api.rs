//! The story of the JSON API. The browser's script is in `json-api-page/index.html`; here its requests are sent by hand.

use reqwest::Method;
use scalekit_emulator::{Emulator, Endpoint, Fault};
use serde_json::{Value, json};

use crate::support::browser::{Answer, FETCH};
use crate::support::program::ORIGIN;
use crate::support::{ADA, Browser, Program};

const BOB: &str = "bob@acme.example";
const LOGIN: &str = "/auth/login?return_to=%2F";

async fn start(program: &str) -> (Emulator, Program) {
    let emulator = Emulator::start().await.unwrap();
    let program = Program::start(program, &emulator);
    (emulator, program)
}

async fn post(browser: &mut Browser, site: &str, text: &str) -> Answer {
    browser.send(Method::POST, "/api/todos", FETCH, site, Some(&json!({ "text": text }))).await
}

async fn delete(browser: &mut Browser, id: u64) -> Answer {
    browser.send(Method::DELETE, &format!("/api/todos/{id}"), FETCH, "same-origin", None).await
}

async fn list(browser: &mut Browser) -> Value {
    json(&browser.fetch("/api/todos").await)
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

pub(crate) async fn the_api_asks_for_a_login_and_never_redirects(program: &str) {
    let (_emulator, program) = start(program).await;
    let mut nobody = Browser::of(&program);
    for path in ["/api/me", "/api/todos"] {
        let answer = nobody.fetch(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "login_required"), "{path}");
    }
    let answer = post(&mut nobody, "same-origin", "Water the plants").await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "login_required"));
    assert_eq!(delete(&mut nobody, 1).await.status, 401);
    assert!(nobody.jar.is_empty());
}

pub(crate) async fn a_login_leads_back_to_the_page(program: &str) {
    let (emulator, program) = start(program).await;
    let mut ada = Browser::of(&program);
    let page = ada.open("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.header("content-type"));
    assert!(page.body.contains("/auth/login?return_to="), "{}", page.body);

    assert_eq!(ada.sign_in(&emulator, LOGIN, ADA).await, "/");
    let me = json(&ada.fetch("/api/me").await);
    assert_eq!(me, json!({ "id": "usr_100000000000000001", "name": "Ada Lovelace", "email": ADA }));
}

pub(crate) async fn everybody_has_a_list_of_their_own(program: &str) {
    let (emulator, program) = start(program).await;
    let (mut ada, mut bob) = (Browser::of(&program), Browser::of(&program));
    ada.sign_in(&emulator, LOGIN, ADA).await;
    bob.sign_in(&emulator, LOGIN, BOB).await;

    let plants = json!({ "id": 1, "text": "Water the plants" });
    let mail = json!({ "id": 2, "text": "Answer <b>Charles</b>" });
    let added = post(&mut ada, "same-origin", "Water the plants").await;
    assert_eq!((added.status, json(&added)), (201, plants.clone()));
    assert_eq!(json(&post(&mut ada, "same-origin", "Answer <b>Charles</b>").await), mail);
    assert_eq!(list(&mut ada).await, json!([plants, mail]));
    assert_eq!(list(&mut bob).await, json!([]));

    assert_eq!(delete(&mut ada, 1).await.status, 204);
    assert_eq!(delete(&mut ada, 1).await.status, 404, "it is not there any more");
    assert_eq!(list(&mut ada).await, json!([mail]));
}

pub(crate) async fn what_is_forbidden_says_why(program: &str) {
    let (emulator, program) = start(program).await;
    let mut bob = Browser::of(&program);
    bob.sign_in(&emulator, LOGIN, BOB).await;
    post(&mut bob, "same-origin", "Pay the rent").await;
    let refused = delete(&mut bob, 1).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    assert!(refused.body.contains("permission projects:delete"), "{}", refused.body);
    assert_eq!(list(&mut bob).await, json!([{ "id": 1, "text": "Pay the rent" }]));
}

pub(crate) async fn a_page_of_another_site_adds_nothing(program: &str) {
    let (emulator, program) = start(program).await;
    let mut ada = Browser::of(&program);
    ada.sign_in(&emulator, LOGIN, ADA).await;
    let refused = post(&mut ada, "cross-site", "Send money").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "cross_origin"));
    assert_eq!(list(&mut ada).await, json!([]));
    assert_eq!(post(&mut ada, "same-origin", "Save money").await.status, 201);
}

pub(crate) async fn after_signing_out_the_api_asks_for_a_login(program: &str) {
    let (emulator, program) = start(program).await;
    let mut ada = Browser::of(&program);
    ada.sign_in(&emulator, LOGIN, ADA).await;
    assert_eq!(ada.fetch("/api/me").await.status, 200);
    let left = ada.submit("/auth/logout").await;
    assert_eq!(left.status, 303);
    assert!(left.header("location").starts_with(emulator.url()), "{}", left.header("location"));
    assert_eq!(ada.fetch("/api/me").await.status, 401);
}

/// The application is restarted while Scalekit does not answer: then it has no keys to judge sessions with.
pub(crate) async fn an_outage_is_503_and_the_session_goes_on_after_it(path: &str) {
    let emulator = Emulator::start().await.unwrap();
    let vars = emulator.env(&format!("{ORIGIN}/auth/callback"));
    let program = Program::start_with(path, &vars);
    let mut ada = Browser::of(&program);
    ada.sign_in(&emulator, LOGIN, ADA).await;
    drop(program);

    emulator.faults().on(Endpoint::Keys).inject(Fault::status(503));
    let restarted = Program::start_with(path, &vars);
    let mut during = Browser::of(&restarted);
    during.jar = ada.jar;
    let cookies = during.jar.clone();
    for answer in [during.fetch("/api/me").await, post(&mut during, "same-origin", "Wait").await] {
        assert_eq!((answer.status, answer.code().as_str()), (503, "unavailable"));
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
    }
    assert_eq!(during.jar, cookies, "the session is not lost");
    drop(restarted);

    // The pause before keys are asked for again would be real time, so this is another process.
    emulator.faults().clear();
    let after = Program::start_with(path, &vars);
    let mut ada = Browser::of(&after);
    ada.jar = during.jar;
    assert_eq!(ada.fetch("/api/me").await.status, 200);
    assert_eq!(list(&mut ada).await, json!([]), "what was refused was not carried out");
}
