//! What the browser does beyond keeping cookies: redirects, tabs, time, logins, and what it refuses to overlook.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get};
use scalekit_conformance::browser::{Answer, Browser, Ignored, Initiator, Transcript, fetch, form, page};
use scalekit_emulator::{Emulator, ManualClock};
use tokio::net::TcpListener;

const ORIGIN: &str = "https://app.test";

/// Starts an application, and opens a browser that has not visited it.
async fn browser(app: Router) -> Browser {
    Browser::new(ORIGIN, start(app).await)
}

async fn start(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Says which cookies came.
async fn cookies(headers: HeaderMap) -> String {
    headers.get("cookie").map_or("", |value| value.to_str().unwrap()).to_owned()
}

#[tokio::test]
async fn redirects_are_followed_with_the_cookies_that_they_set() {
    let set = async || ([("set-cookie", "step=1; Path=/")], Redirect::to("/kept?a=b"));
    let browser =
        browser(Router::new().route("/", any(set)).route("/kept", get(cookies)).route("/away", any(away)))
            .await;
    let form = form("/").body("application/x-www-form-urlencoded", "a=b");
    assert_eq!(browser.follow_redirects(form).await.says(), (200, "step=1"));
    assert_eq!(browser.follow_redirects(page("/away")).await.leads(), (307, "https://other.test/"));
}

async fn away() -> Redirect {
    Redirect::temporary("https://other.test/")
}

#[tokio::test]
#[should_panic(expected = "GET /21 comes after 20 redirects")]
async fn redirects_that_do_not_end_fail() {
    let next = async |Path(step): Path<u32>| Redirect::to(&format!("/{}", step + 1));
    browser(Router::new().route("/{step}", get(next))).await.follow_redirects(page("/0")).await;
}

#[tokio::test]
async fn tabs_share_cookies_and_browsers_do_not() {
    let browser = browser(Router::new().route("/", get(cookies))).await;
    browser.take("a=1").unwrap();
    let (tab, copy, fresh) = (browser.clone(), browser.copy(), browser.fresh());
    tab.take("b=1").unwrap();
    copy.take("c=1").unwrap();
    for (name, browser, sent) in [
        ("itself", &browser, "a=1; b=1"),
        ("tab", &tab, "a=1; b=1"),
        ("copy", &copy, "a=1; c=1"),
        ("fresh", &fresh, ""),
    ] {
        assert_eq!(browser.visit("/").await.body, sent, "{name}");
    }
    let other = start(Router::new().route("/", get(async || "the other instance"))).await;
    assert_eq!(browser.at(other).visit("/").await.body, "the other instance");
}

#[tokio::test]
async fn cookies_expire_by_its_clock() {
    let clock = ManualClock::at(1_760_000_000);
    let browser = browser(Router::new().route("/", get(cookies))).await.clock(clock.clone());
    browser.take("a=1; Max-Age=60").unwrap();
    clock.advance(Duration::from_secs(59));
    assert_eq!((browser.now(), browser.visit("/").await.body.as_str()), (1_760_000_059, "a=1"));
    clock.advance(Duration::from_secs(1));
    assert_eq!((browser.visit("/").await.body.as_str(), browser.cookies("/")), ("", String::new()));
}

#[tokio::test]
async fn what_an_answer_sets_is_kept_when_it_arrives() {
    let browser = browser(Router::new().route("/", get(async || ([("set-cookie", "a=1")], "set")))).await;
    let late = browser.look(page("/")).await;
    assert_eq!(browser.cookies("/"), "");
    browser.keep(&late);
    assert_eq!(browser.cookies("/"), "a=1");
    assert_eq!(browser.take_from("https://other.test/", "a=2; Domain=app.test"), Err(Ignored::OtherDomain));
}

#[tokio::test]
#[should_panic(
    expected = "GET /: a browser ignores the cookie that was set: __Host- needs Path=/ and no Domain"
)]
async fn a_cookie_that_browsers_ignore_fails() {
    let set = async || ([("set-cookie", "__Host-a=1; Path=/a; Secure")], "set");
    browser(Router::new().route("/", get(set))).await.visit("/").await;
}

#[tokio::test]
async fn every_answer_is_checked_and_written_down() {
    static CHECKED: AtomicUsize = AtomicUsize::new(0);
    let count = |_: &Answer| {
        CHECKED.fetch_add(1, Ordering::SeqCst);
    };
    let refuse = async || (StatusCode::FORBIDDEN, "not you").into_response();
    let transcript = Transcript::default();
    let browser =
        browser(Router::new().route("/", any(refuse))).await.check(count).transcript(transcript.clone());
    browser.take(&format!("secret={}", "0".repeat(40))).unwrap();
    browser.visit("/").await;
    browser.fresh().send(fetch("/").method("POST").from(Initiator::Sibling)).await;
    assert_eq!(CHECKED.load(Ordering::SeqCst), 2);
    let text = transcript.text();
    assert!(
        text.contains("→ GET /") && text.contains("→ POST /") && text.contains("← 403   not you"),
        "{text}"
    );
    assert!(text.contains("secret=0000…(40)"), "{text}");
}

#[tokio::test]
async fn a_login_goes_over_the_emulator_and_comes_back() {
    let emulator = Emulator::start().await.unwrap();
    let callback = format!("{ORIGIN}/callback");
    emulator.register_redirect_uri(&callback);
    let login = format!(
        "{}/oauth/authorize?response_type=code&client_id={}&redirect_uri={callback}&scope=openid&state=s",
        emulator.url(),
        emulator.client_id()
    );
    let app = Router::new()
        .route("/me", get(async || Redirect::to("/login")))
        .route("/login", get(async move || Redirect::to(&login)))
        .route("/callback", get(async || ([("set-cookie", "session=1")], Redirect::to("/me"))));
    let browser = browser(app).await;
    assert_eq!(browser.log_in(&emulator, "ada@acme.example", "/me").await, "/me");
    assert_eq!(browser.names(), ["session"]);
    assert_eq!(browser.finish_login(&emulator, "ada@acme.example", "/login").await.leads(), (303, "/me"));
}
