//! The replies to refused requests: a page load is redirected to login or gets a page, a program gets problem JSON
//! (R48).

use crate::answer::pages::{Page, PageKind};
use crate::answer::problem::{problem, with_retry_after};
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::event::Event;
use crate::instance::Instance;
use crate::request::RequestView;
use crate::routes::hop_guard;
use crate::routes::loop_guard::{self, Loop};
use crate::rules::navigation::{self, Client};
use crate::rules::return_to::ReturnTo;

/// Answers a refused request.
pub(crate) fn refuse(instance: &Instance, request: &RequestView<'_>, why: &Refusal, now: Timestamp) -> Reply {
    match (navigation::client(request), why) {
        (Client::Prefetch, _) => Reply::new(503).with_header("retry-after", "1"),
        (Client::Navigation, Refusal::Unauthenticated) => to_login(instance, request, now),
        (Client::Navigation, Refusal::Racing) => match ReturnTo::parse(request.target) {
            Ok(itself) => Reply::see_other(itself.as_str()),
            Err(_) => to_login(instance, request, now),
        },
        (Client::Navigation, Refusal::Expired) => through_refresh(instance, request, now),
        (Client::Navigation, _) => page(instance, why),
        (Client::Program, _) => problem(why, &instance.config.routes),
    }
}

/// The path of the login route, with the path to return to after login.
pub(crate) fn login_path(instance: &Instance, return_to: Option<&ReturnTo>) -> String {
    let login = &instance.config.routes.login;
    match return_to.filter(|path| **path != instance.config.default_return_to) {
        Some(path) => leading_back(login, path),
        None => login.clone(),
    }
}

fn leading_back(route: &str, path: &ReturnTo) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("{route}?{}", query.append_pair("return_to", path.as_str()).finish())
}

/// Split layout: redirects a page load through the refresh route, because browsers send the refresh token only there.
/// The hop guard stops a second redirect in vain (R47). Requests that cannot be repeated or that show no page to the
/// user, and requests for our own routes, are handled like those without any session.
fn through_refresh(instance: &Instance, request: &RequestView<'_>, now: Timestamp) -> Reply {
    let Some(route) = &instance.config.routes.refresh else { return to_login(instance, request, now) };
    let path = request.target.split(['?', '#']).next().unwrap_or_default();
    if request.method != "GET"
        || !navigation::may_begin_login(request)
        || instance.config.routes.reaches(path)
    {
        return to_login(instance, request, now);
    }
    let here = ReturnTo::parse(request.target).ok();
    let cookies = RequestCookies::gather(request.headers, &instance.layout.names);
    if !hop_guard::led_in_vain(instance, &cookies, now) {
        return Reply::see_other(match &here {
            Some(here) => leading_back(route, here),
            None => route.clone(),
        });
    }
    instance.emit(Event::RefreshHopLoop { path });
    let page = Page::new(PageKind::LoginLoop).with_link("Sign in again", login_path(instance, here.as_ref()));
    Reply::html(400, (instance.hooks.pages)(&page)).with_cookies([hop_guard::clear(instance)])
}

/// Redirects a page load to login. A `GET` returns to its page after login; any other method returns to the start page.
/// A request for one of our own routes is not redirected, but answered with 401: the login route refuses frames, and
/// would redirect them to itself for ever (R47).
fn to_login(instance: &Instance, request: &RequestView<'_>, now: Timestamp) -> Reply {
    let path = request.target.split(['?', '#']).next().unwrap_or_default();
    if instance.config.routes.reaches(path) {
        if navigation::may_begin_login(request) {
            instance.emit(Event::GuardBeforeLogin { path });
        }
        return problem(&Refusal::Unauthenticated, &instance.config.routes);
    }
    let here = ReturnTo::parse(request.target).ok().filter(|_| request.method == "GET");
    let cookies = RequestCookies::gather(request.headers, &instance.layout.names);
    begin_login(instance, &cookies, here.as_ref(), now)
}

/// Redirects to the login route. When the loop guard finds a login loop, answers with a page that stops the loop.
pub(crate) fn begin_login(
    instance: &Instance,
    cookies: &RequestCookies<'_>,
    return_to: Option<&ReturnTo>,
    now: Timestamp,
) -> Reply {
    let login = login_path(instance, return_to);
    match loop_guard::anonymous(instance, cookies, now) {
        Loop::No(cookie) => Reply::see_other(login).with_cookies(cookie),
        Loop::Yes => {
            instance.emit(Event::LoginLoop);
            let page = Page::new(PageKind::LoginLoop).with_link("Sign in again", login);
            Reply::html(400, (instance.hooks.pages)(&page)).with_cookies([loop_guard::clear(instance)])
        }
    }
}

pub(crate) fn page(instance: &Instance, why: &Refusal) -> Reply {
    let kind = match why {
        Refusal::Forbidden { .. } => PageKind::Forbidden,
        Refusal::CrossOrigin => PageKind::CrossOrigin,
        Refusal::Misdirected => PageKind::Misconfigured,
        Refusal::Unavailable { .. } | Refusal::Unauthenticated | Refusal::Racing | Refusal::Expired => {
            PageKind::Unavailable
        }
    };
    let reply = Reply::html(why.status(), (instance.hooks.pages)(&Page::new(kind)));
    with_retry_after(reply, why)
}
