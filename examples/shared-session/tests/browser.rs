//! One session in a real browser: begun, refreshed and ended by any of the services, known to all.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod visit;
#[path = "../../acme-workspace/stories/webdriver.rs"]
mod webdriver;

use std::time::Duration;

use shared_session::SERVICES;
use visit::{FASTAPI, Visit};

/// Has a dozen permissions.
const ADA: &str = "ada@acme.example";
/// The integration refreshes ten seconds before a token expires: here, at every request.
const SHORT: Duration = Duration::from_secs(9);
const LONG: Duration = Duration::from_secs(300);

#[tokio::test]
async fn a_session_of_fastapi_is_everybodys() {
    a_session_is_everybodys(FASTAPI).await;
}

#[tokio::test]
async fn a_session_of_axum_is_fastapis_too() {
    a_session_is_everybodys("axum").await;
}

#[tokio::test]
async fn a_session_of_actix_is_fastapis_too() {
    a_session_is_everybodys("actix").await;
}

#[tokio::test]
async fn a_session_of_rocket_is_fastapis_too() {
    a_session_is_everybodys("rocket").await;
}

/// Whoever began it: everybody finds the same token in it, and nobody asks Scalekit for another.
async fn a_session_is_everybodys(first: &str) {
    let Some(visit) = Visit::begin(LONG).await else {
        return;
    };
    visit.sign_in(first).await;
    let account = visit.open(first).await;
    assert_eq!(visit.sessions().await, ["sk_session"], "no session of their own");
    for service in SERVICES.into_iter().chain([FASTAPI]) {
        assert_eq!(visit.open(service).await, account, "at {service}");
    }
    visit.assert_cookie_is_as_the_package_sets_it().await;
    assert_eq!(visit.token_calls(), 1, "the one of the login");
    visit.end().await;
}

#[tokio::test]
async fn refreshed_here_it_is_good_there() {
    let Some(visit) = Visit::begin(LONG).await else {
        return;
    };
    visit.sign_in(FASTAPI).await;
    let mut account = visit.open(FASTAPI).await;
    for service in SERVICES {
        let before = visit.token_calls();
        visit.set_clock(service, account.expires - 5);
        let refreshed = visit.open(service).await;
        visit.reset_clock(service);
        assert_ne!(refreshed.token, account.token, "{service} refreshes");
        assert_eq!(refreshed.user, account.user, "{service} refreshes");
        for other in SERVICES.into_iter().chain([FASTAPI]) {
            assert_eq!(visit.open(other).await, refreshed, "refreshed by {service}, read by {other}");
        }
        assert_eq!(visit.token_calls(), before + 1, "only {service} refreshes");
        account = refreshed;
    }
    visit.end().await;
}

#[tokio::test]
async fn refreshed_by_fastapi_it_is_good_here_and_refreshed_in_turns() {
    let Some(visit) = Visit::begin(SHORT).await else {
        return;
    };
    visit.sign_in("axum").await;
    let mut account = visit.open("axum").await;
    for service in SERVICES {
        let before = visit.token_calls();
        let refreshed = visit.open(FASTAPI).await;
        assert_ne!(refreshed.token, account.token, "FastAPI refreshes");
        assert_eq!(refreshed.user, account.user, "FastAPI refreshes");
        assert_eq!(visit.open(service).await, refreshed, "{service} reads it");
        assert_eq!(visit.token_calls(), before + 1, "only FastAPI refreshes");

        visit.set_clock(service, refreshed.expires - 1);
        account = visit.open(service).await;
        visit.reset_clock(service);
        assert_ne!(account.token, refreshed.token, "{service} refreshes what FastAPI refreshed");
        assert_eq!(visit.token_calls(), before + 2, "{service} refreshes what FastAPI refreshed");
    }
    visit.end().await;
}

#[tokio::test]
async fn signed_out_by_fastapi_is_signed_out_everywhere() {
    let Some(visit) = Visit::begin(LONG).await else {
        return;
    };
    for first in [FASTAPI, "axum"] {
        visit.sign_in(first).await;
        let account = visit.open(first).await;
        assert_eq!(visit.open(FASTAPI).await, account, "begun by {first}");
        visit.click("a[href='/fastapi/logout']").await;
        visit.assert_signed_out().await;
    }
    visit.end().await;
}

#[tokio::test]
async fn signed_out_here_is_signed_out_at_fastapi() {
    let Some(visit) = Visit::begin(LONG).await else {
        return;
    };
    for service in SERVICES {
        for first in [FASTAPI, service] {
            visit.sign_in(first).await;
            let account = visit.open(first).await;
            assert_eq!(visit.open(service).await, account, "begun by {first}");
            visit.click(&format!("form[action='/{service}/auth/logout'] button")).await;
            visit.assert_signed_out().await;
        }
    }
    visit.end().await;
}

#[tokio::test]
async fn r15_who_does_not_fit_into_the_one_cookie_is_told_so_and_not_sent_around() {
    let Some(visit) = Visit::begin(LONG).await else {
        return;
    };
    for service in SERVICES {
        visit.ask_to_sign_in(service, ADA).await;
        visit.wait_for_title("Your account is too large").await;
        assert_eq!(visit.sessions().await, [""; 0], "at {service}");
        visit.forget().await;
    }
    visit.end().await;
}
