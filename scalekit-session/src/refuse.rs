//! What a refused request is told: a page load goes to login, a program gets a status and problem JSON (R48).

use crate::clock::Timestamp;
use crate::core::Core;
use crate::loops::{self, Loop};
use crate::navigation::{self, Client};
use crate::pages::{Page, PageKind};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::request::RequestView;
use crate::return_to::ReturnTo;

/// Answers a refused request.
pub(crate) fn refuse(core: &Core, request: &RequestView<'_>, why: &Refusal, now: Timestamp) -> Reply {
    match (navigation::client(request), why) {
        (Client::Prefetch, _) => Reply::new(503).with_header("retry-after", "1"),
        (Client::Navigation, Refusal::Unauthenticated) => to_login(core, request, now),
        (Client::Navigation, Refusal::Racing) => match ReturnTo::parse(request.target) {
            Ok(itself) => Reply::see_other(itself.as_str()),
            Err(_) => to_login(core, request, now),
        },
        (Client::Navigation, _) => page(core, why),
        (Client::Program, _) => problem(core, why),
    }
}

/// The login route, leading back to a path.
pub(crate) fn login_path(core: &Core, return_to: Option<&ReturnTo>) -> String {
    let login = &core.config.routes.login;
    match return_to.filter(|path| **path != core.config.default_return_to) {
        Some(path) => {
            let query: String = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("return_to", path.as_str())
                .finish();
            format!("{login}?{query}")
        }
        None => login.clone(),
    }
}

/// Only a `GET` can be repeated after login; anything else leads to the start page. The own routes lead nowhere: the
/// login route refuses frames, and would send them to itself for ever (R47).
fn to_login(core: &Core, request: &RequestView<'_>, now: Timestamp) -> Reply {
    let path = request.target.split(['?', '#']).next().unwrap_or_default();
    if core.config.routes.reaches(path) {
        if navigation::may_begin_login(request) {
            tracing::error!(
                path,
                "a guard stands before the login's own routes, so nobody can log in: put it on other routes"
            );
        }
        return problem(core, &Refusal::Unauthenticated);
    }
    let here = ReturnTo::parse(request.target).ok().filter(|_| request.method == "GET");
    let login = login_path(core, here.as_ref());
    match loops::anonymous(core, request, now) {
        Loop::No(cookie) => Reply::see_other(login).with_cookies(cookie),
        Loop::Yes => {
            tracing::error!(target: "scalekit_session::security", "logins succeed, and the session does not arrive: the loop is stopped");
            let page = Page::new(PageKind::LoginLoop).with_link("Sign in again", login);
            Reply::html(400, (core.hooks.pages)(&page)).with_cookies([loops::clear(core)])
        }
    }
}

fn page(core: &Core, why: &Refusal) -> Reply {
    let kind = match why {
        Refusal::Forbidden { .. } => PageKind::Forbidden,
        Refusal::CrossOrigin => PageKind::CrossOrigin,
        Refusal::Misdirected => PageKind::Misconfigured,
        Refusal::Unavailable { .. } | Refusal::Unauthenticated | Refusal::Racing => PageKind::Unavailable,
    };
    let reply = Reply::html(why.status(), (core.hooks.pages)(&Page::new(kind)));
    with_retry_after(reply, why)
}

/// RFC 9457, with a stable `code`.
fn problem(core: &Core, why: &Refusal) -> Reply {
    let (title, detail) = match why {
        Refusal::Unauthenticated | Refusal::Racing => {
            ("Unauthorized", "there is no session; log in first".to_owned())
        }
        Refusal::Forbidden { required } => ("Forbidden", format!("the session does not have: {required}")),
        Refusal::Unavailable { .. } => {
            ("Service Unavailable", "the session cannot be checked at the moment; it is not lost".to_owned())
        }
        Refusal::CrossOrigin => ("Forbidden", "a page of another origin sent this request".to_owned()),
        Refusal::Misdirected => (
            "Misdirected Request",
            "sessions over http are served on loopback hosts only; set an https redirect URI".to_owned(),
        ),
    };
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": title,
        "status": why.status(),
        "code": why.code(),
        "detail": detail,
    });
    let mut reply = Reply { body: problem.to_string(), ..Reply::new(why.status()) }
        .with_header("content-type", "application/problem+json");
    if why.status() == 401 {
        let challenge = format!("Cookie realm=\"session\", form-action=\"{}\"", core.config.routes.login);
        reply = reply.with_header("www-authenticate", challenge);
    }
    with_retry_after(reply, why)
}

fn with_retry_after(reply: Reply, why: &Refusal) -> Reply {
    match why {
        Refusal::Unavailable { retry_after } => {
            let seconds = retry_after.as_millis().div_ceil(1000).max(1);
            reply.with_header("retry-after", seconds.to_string())
        }
        _ => reply,
    }
}
