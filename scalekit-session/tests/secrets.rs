//! No secret is printed: not by `Debug`, and not in logs, errors or pages.
//!
//! This is a test program of its own, because it captures the log of all threads of the process.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[expect(dead_code, unused_imports, reason = "shared with the stories, which use the rest")]
#[path = "stories/support/mod.rs"]
mod support;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scalekit_session::adapter::{AuthRoute, RequestView};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use support::{Browser, FakeScalekit, Script};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The parts of a cookie or token that must not be shown. They are too long to appear by accident.
fn needles(text: &str) -> Vec<String> {
    text.split(['.', ';', '=', ' ', '&'])
        .filter(|part| part.len() >= 16 && !part.starts_with("__Host-"))
        .map(|part| part[..16].to_owned())
        .collect()
}

#[tokio::test]
async fn r46_no_token_cookie_code_verifier_or_key_reaches_logs_debug_or_pages() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let fake = FakeScalekit::new();
    let scalekit = fake.scalekit();
    let mut shown = format!("{scalekit:?} {:?}", fake.builder());
    let mut secrets: Vec<String> = needles("first-secret-first-secret-first-0123456789");
    secrets.push("secret_1".to_owned());

    let mut browser = Browser::new(scalekit);
    let begun = browser.serve(AuthRoute::Login, "GET", "/auth/login").await;
    browser.apply(&begun);
    let callback = browser.callback_of(&fake, &begun);
    secrets.extend(needles(&browser.jar.header()));
    secrets.extend(needles(begun.header("location").unwrap().split("&state=").nth(1).unwrap()));
    shown += &format!(
        "{begun:?} {:?} {:?}",
        RequestView::new("GET", &callback, &[("cookie", "x")]),
        browser.jar.names()
    );
    let reply = browser.serve(AuthRoute::Callback, "GET", &callback).await;
    browser.apply(&reply);
    shown += &format!("{reply:?} {}", reply.body);
    let answer = browser.get().await;
    let session = answer.session().clone();
    shown += &format!("{session:?} {:?} {:?}", answer.state, session.claims());
    secrets.extend(needles(session.access_token().unwrap().secret()));
    secrets.extend(needles(&browser.jar.header()));

    // Every call fails, and Scalekit's answers repeat the secrets.
    let echo =
        json!({ "error": "invalid_client", "error_description": session.access_token().unwrap().secret() });
    for script in [
        Script::Answer { status: 401, body: echo.to_string(), retry_after: None },
        Script::Answer {
            status: 200,
            body: format!("<html>{}</html>", browser.jar.header()),
            retry_after: None,
        },
        Script::Timeout,
        Script::oauth(400, "invalid_grant"),
    ] {
        fake.clock.advance(Duration::from_secs(400));
        fake.script(script);
        let answer = browser.send("GET", &[]).await;
        shown += &format!("{:?}", answer.state);
        let reply = browser.serve(AuthRoute::Callback, "GET", &callback).await;
        shown += &format!("{reply:?} {}", reply.body);
    }
    let forged = "/auth/callback?code=code_forged_0123456789&state=state_forged_0123456789";
    secrets.extend(["code_forged_0123".to_owned(), "state_forged_012".to_owned()]);
    let reply = browser.serve(AuthRoute::Callback, "GET", forged).await;
    shown += &reply.body;
    let reply = browser.serve(AuthRoute::Logout, "POST", "/auth/logout").await;
    shown += &format!("{reply:?}");

    let logged = log.text();
    assert!(logged.contains("signed in") && logged.contains("signed out"), "the log was captured: {logged}");
    assert!(secrets.len() > 8, "{}", secrets.len());
    for secret in secrets {
        assert!(!logged.contains(&secret), "logged: {secret}\n{logged}");
        assert!(!shown.contains(&secret), "shown: {secret}\n{shown}");
    }
}
