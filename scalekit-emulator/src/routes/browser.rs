//! The emulator's own cookie: one session per browser.

use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::reply;
use crate::environment::Environment;
use crate::pages;
use crate::step::{Step, Visit};
use crate::visitor::Visitor;

/// The cookie of the browser, if it has one.
pub(super) fn cookie<'a>(environment: &Environment, headers: &'a HeaderMap) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == environment.cookie)
        .map(|(_, value)| value)
}

pub(super) fn visitor<'a>(environment: &Environment, headers: &'a HeaderMap) -> Visitor<'a> {
    Visitor {
        cookie: cookie(environment, headers),
        user_agent: headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()),
        now: environment.now(),
    }
}

/// Shows a step; `redirect` is the status with which the browser leaves for the application.
pub(super) fn show(environment: &Environment, visit: Visit, redirect: StatusCode) -> Response {
    let mut response = match &visit.step {
        Step::Callback(callback) => reply::redirect(redirect, callback),
        Step::Lost => reply::error_page(
            StatusCode::BAD_REQUEST,
            "This page was open for too long, or the emulator was restarted. Go back to the application and sign in \
             again.",
        ),
        step => {
            let people = environment.world().users.clone();
            reply::page(StatusCode::OK, pages::step(step, &people))
        }
    };
    if let Some(cookie) = visit.cookie {
        set(&mut response, &format!("{}={cookie}; Path=/; HttpOnly; SameSite=Lax", environment.cookie));
    }
    response
}

pub(super) fn forget(environment: &Environment, response: &mut Response) {
    set(response, &format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", environment.cookie));
}

fn set(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
