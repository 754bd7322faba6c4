//! The demo over HTTP.

mod visitor;

use std::time::Duration;

use scalekit_emulator::{Emulator, Endpoint, Fault, ManualClock};
use scalekit_session::{Clock, Timestamp};
use visitor::Visitor;

use crate::workspace::Workspace;

/// The application's view of the clock that the emulator goes by.
#[derive(Clone, Debug)]
struct SameClock(ManualClock);

impl Clock for SameClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.now())
    }
}

/// Time stands still until a test moves the clock.
async fn start() -> (Workspace, ManualClock) {
    let clock = ManualClock::at(1_760_000_000);
    let emulator = Emulator::builder().clock(clock.clone()).start().await.unwrap();
    let same = SameClock(clock.clone());
    (Workspace::start(emulator, |builder| builder.clock(same.clone())).await, clock)
}

#[tokio::test]
async fn everybody_may_open_the_start_page() {
    let (workspace, _) = start().await;
    let answer = Visitor::to(&workspace).open("/").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("Nobody is signed in"), "{}", answer.body);
    assert!(!answer.sets_cookies());
}

#[tokio::test]
async fn the_start_page_says_who_is_signed_in() {
    let (workspace, _) = start().await;
    let mut ada = Visitor::to(&workspace);
    assert_eq!(ada.sign_in("/auth/login", "ada@acme.example").await, "/");
    assert!(ada.open("/").await.body.contains("Signed in as Ada Lovelace"));
}

#[tokio::test]
async fn r48_a_program_without_a_session_gets_401_and_problem_json() {
    let (workspace, _) = start().await;
    let answer = Visitor::to(&workspace).fetch("/api/me").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(!answer.header("www-authenticate").is_empty());
    assert_eq!(answer.json()["code"], "login_required");
    assert!(!answer.sets_cookies());
}

#[tokio::test]
async fn r39_a_page_load_is_sent_to_login_and_led_back() {
    let (workspace, _) = start().await;
    let mut ada = Visitor::to(&workspace);
    let sent = ada.open("/dashboard?tab=1&of=2").await;
    assert_eq!(sent.status, 303);
    assert_eq!(sent.location(), "/auth/login?return_to=%2Fdashboard%3Ftab%3D1%26of%3D2");
    let login = sent.location().to_owned();
    assert_eq!(ada.sign_in(&login, "ada@acme.example").await, "/dashboard?tab=1&of=2");
}

#[tokio::test]
async fn r39_a_login_leads_to_no_other_site() {
    let (workspace, _) = start().await;
    for hostile in
        ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "%2F%09%2Fevil.example"]
    {
        let login = format!("/auth/login?return_to={hostile}");
        let landed = Visitor::to(&workspace).sign_in(&login, "ada@acme.example").await;
        assert_eq!(landed, "/", "{hostile}");
    }
}

#[tokio::test]
async fn r09_while_scalekit_does_not_answer_the_start_page_tells_nobody_from_somebody() {
    let (workspace, clock) = start().await;
    let mut ada = Visitor::to(&workspace);
    ada.sign_in("/auth/login", "ada@acme.example").await;
    clock.advance(Duration::from_secs(301));
    workspace.emulator.faults().on(Endpoint::Token).inject(Fault::status(503));
    let page = ada.open("/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("cannot check right now who you are"), "{}", page.body);
    assert!(!page.body.contains("Sign in"), "{}", page.body);
    assert_eq!(ada.open("/dashboard").await.status, 503);
    assert!(Visitor::to(&workspace).open("/").await.body.contains("Nobody is signed in"));

    workspace.emulator.faults().clear();
    clock.advance(Duration::from_secs(11));
    assert!(ada.open("/").await.body.contains("Signed in as Ada Lovelace"), "nothing was lost");
}

#[tokio::test]
async fn the_dashboard_shows_who_and_what() {
    let (workspace, _) = start().await;
    let mut ada = Visitor::to(&workspace);
    ada.sign_in("/auth/login", "ada@acme.example").await;
    let page = ada.open("/dashboard").await;
    assert_eq!(page.status, 200);
    for shown in ["Ada Lovelace", "ada@acme.example", "usr_", "org_", "admin", "invoices:read", "not yet"] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
}

#[tokio::test]
async fn r24_what_the_session_shows_is_not_cached() {
    let (workspace, _) = start().await;
    let mut ada = Visitor::to(&workspace);
    for path in ["/", "/dashboard", "/invoices", "/api/me"] {
        let answer = ada.open(path).await;
        assert_eq!(answer.header("cache-control"), "private, no-store", "{path} signed out");
        assert_eq!(answer.header("vary").to_lowercase(), "cookie", "{path} signed out");
    }
    ada.sign_in("/auth/login", "ada@acme.example").await;
    for path in ["/", "/dashboard", "/invoices", "/api/me"] {
        let answer = ada.open(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-store", "{path}");
        assert_eq!(answer.header("vary").to_lowercase(), "cookie", "{path}");
    }
}

#[tokio::test]
async fn r19_a_page_view_writes_no_cookie_and_asks_scalekit_nothing() {
    let (workspace, _) = start().await;
    let mut ada = Visitor::to(&workspace);
    ada.sign_in("/auth/login", "ada@acme.example").await;
    workspace.emulator.reset_calls();
    for path in ["/", "/dashboard", "/invoices", "/api/me"] {
        assert!(!ada.open(path).await.sets_cookies(), "{path}");
    }
    assert_eq!(workspace.emulator.calls().total(), 0);
}

#[tokio::test]
async fn permissions_open_and_close_the_invoices() {
    let (workspace, _) = start().await;
    let (mut ada, mut bob) = (Visitor::to(&workspace), Visitor::to(&workspace));
    ada.sign_in("/auth/login", "ada@acme.example").await;
    bob.sign_in("/auth/login", "bob@acme.example").await;

    let page = ada.open("/invoices").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("INV-2041"));
    assert!(ada.open("/dashboard").await.body.contains("Read invoices"));

    let page = bob.open("/invoices").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("Not allowed") && !page.body.contains("INV-2041"), "{}", page.body);
    assert!(!bob.open("/dashboard").await.body.contains("Read invoices"));
    let problem = bob.fetch("/invoices").await;
    assert_eq!((problem.status, problem.json()["code"].as_str()), (403, Some("forbidden")));
}

#[tokio::test]
async fn r12_a_permission_that_was_taken_away_is_gone_after_the_next_refresh() {
    let (workspace, clock) = start().await;
    let mut ada = Visitor::to(&workspace);
    ada.sign_in("/auth/login", "ada@acme.example").await;
    workspace.emulator.set_permissions("ada@acme.example", ["projects:read"]);
    assert_eq!(ada.open("/invoices").await.status, 200, "until then the token counts");
    clock.advance(Duration::from_secs(290));
    assert_eq!(ada.open("/invoices").await.status, 403);
    assert_eq!(ada.fetch("/api/me").await.json()["refreshes"], 1);
}

#[tokio::test]
async fn r35_a_link_asks_before_it_signs_out() {
    let (workspace, _) = start().await;
    let mut ada = Visitor::to(&workspace);
    ada.sign_in("/auth/login", "ada@acme.example").await;
    let asked = ada.fetch("/auth/logout").await;
    assert_eq!(asked.status, 200);
    assert!(
        asked.body.contains("Acme Workspace") && asked.body.contains("method=\"post\""),
        "{}",
        asked.body
    );
    assert_eq!(ada.submit("/auth/logout", "cross-site").await.status, 403);
    assert_eq!(ada.open("/dashboard").await.status, 200, "still signed in");
}

#[tokio::test]
async fn r14_r17_the_busiest_user_signs_in_refreshes_and_signs_out() {
    let (workspace, clock) = start().await;
    let mut mia = Visitor::to(&workspace);
    mia.sign_in("/auth/login", "mia@many.example").await;
    let session = mia.fetch("/api/me").await.json();
    assert_eq!(session["permissions"].as_array().unwrap().len(), 200);
    assert!(
        mia.cookies().len() > 2,
        "a session this large is in several cookies: {:?}",
        mia.cookies().keys()
    );

    for refreshes in 1..=5 {
        clock.advance(Duration::from_secs(295));
        let renewed = mia.fetch("/api/me").await;
        assert_eq!(renewed.status, 200);
        assert_eq!(renewed.json()["refreshes"], refreshes);
        assert_eq!(renewed.json()["permissions"].as_array().unwrap().len(), 200);
    }
    assert_eq!(workspace.emulator.calls().token_refresh, 5);
    assert_eq!(mia.open("/invoices").await.status, 200);

    let left = mia.submit("/auth/logout", "same-origin").await;
    assert_eq!(left.status, 303);
    assert!(left.location().starts_with(workspace.emulator.url()), "{}", left.location());
    assert!(mia.cookies().is_empty(), "left behind: {:?}", mia.cookies().keys());
    assert_eq!(mia.fetch("/api/me").await.status, 401);
}

#[tokio::test]
async fn r17_a_session_that_shrinks_leaves_no_chunk_behind() {
    let (workspace, clock) = start().await;
    let mut mia = Visitor::to(&workspace);
    mia.sign_in("/auth/login", "mia@many.example").await;
    let before = mia.cookies().len();
    workspace.emulator.set_permissions("mia@many.example", ["invoices:read"]);
    clock.advance(Duration::from_secs(295));
    let session = mia.fetch("/api/me").await;
    assert_eq!(session.json()["permissions"].as_array().unwrap().len(), 1);
    assert!(mia.cookies().len() < before, "{:?}", mia.cookies().keys());
    assert_eq!(mia.fetch("/api/me").await.status, 200);
}

#[tokio::test]
async fn an_address_without_a_page_is_not_found() {
    let (workspace, _) = start().await;
    let answer = Visitor::to(&workspace).open("/nowhere").await;
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("Acme Workspace"), "{}", answer.body);
}
