//! Settings that are right or wrong by themselves.

use std::ops::RangeInclusive;
use std::time::Duration;

use url::Url;

use super::builder::ScalekitBuilder;
use super::problem::ConfigProblem;
use super::split;
use crate::rules::redirect_uri::RedirectUri;
use crate::rules::return_to::ReturnTo;
use crate::rules::routes::AuthRoutes;

/// Reports everything that is wrong with the optional settings.
pub(super) fn check(
    builder: &ScalekitBuilder,
    redirect: Option<&RedirectUri>,
    problems: &mut Vec<ConfigProblem>,
) {
    for (setting, list) in [("SCALEKIT_ISSUER", &builder.issuers), ("SCALEKIT_AUDIENCE", &builder.audiences)]
    {
        let blank = |list: &Vec<String>| list.is_empty() || list.iter().any(|entry| entry.trim().is_empty());
        if list.as_ref().is_some_and(blank) {
            problems.push(ConfigProblem::Blank { setting });
        }
    }
    if builder.post_logout_redirect_uri.as_ref().is_some_and(|uri| !is_web_url(uri)) {
        problems.push(ConfigProblem::PostLogoutRedirectUri);
    }
    if !is_cookie_name(&builder.cookie_name) {
        problems.push(ConfigProblem::CookieName(builder.cookie_name.clone()));
    }
    if !builder.scopes.iter().any(|scope| scope == "openid") {
        problems.push(ConfigProblem::Scope("openid"));
    }
    problems.extend(
        builder
            .allowed_origins
            .iter()
            .filter(|origin| !is_origin(origin))
            .cloned()
            .map(ConfigProblem::Origin),
    );
    check_paths(builder, redirect, problems);
    split::check(builder, problems);
    check_ranges(builder, problems);
}

fn check_paths(builder: &ScalekitBuilder, redirect: Option<&RedirectUri>, problems: &mut Vec<ConfigProblem>) {
    let (login, logout) = (builder.login_path.as_str(), builder.logout_path.as_str());
    let callback = redirect.map(|redirect| redirect.path.as_str()).unwrap_or_default();
    let refresh = builder.split.as_ref().map(|split| split.refresh_path.as_str());
    let all = [("login", Some(login)), ("logout", Some(logout)), ("refresh", refresh)];
    for (route, path) in all {
        let Some(path) = path else { continue };
        let mut others = all
            .into_iter()
            .filter(|(other, _)| *other != route)
            .filter_map(|(_, path)| path)
            .chain([callback]);
        let reason = if !is_plain_path(path) {
            "is not a plain path; write one like `/auth/login`"
        } else if others.any(|other| other == path) {
            "is the path of another route as well"
        } else {
            continue;
        };
        problems.push(ConfigProblem::Path { route, path: path.to_owned(), reason });
    }
    let routes = AuthRoutes {
        login: usable(login),
        callback: usable(callback),
        logout: usable(logout),
        refresh: refresh.map(usable),
    };
    let reason = match ReturnTo::parse(&builder.default_return_to) {
        Err(_) => "is not a path of this origin",
        Ok(path) if routes.reaches(path.path()) => {
            "is one of the login's own routes; write where users go after login"
        }
        Ok(_) => return,
    };
    let path = builder.default_return_to.clone();
    problems.push(ConfigProblem::Path { route: "default return", path, reason });
}

/// A path that is compared with the default destination. One that is missing or cannot be used is reported by itself; what
/// stands in for it is no return path, because it leaves the origin's root.
fn usable(path: &str) -> String {
    if is_plain_path(path) { path } else { "/.." }.to_owned()
}

const DAY: Duration = Duration::from_secs(24 * 3600);
const LIMIT: RangeInclusive<Duration> = Duration::from_secs(60)..=DAY.saturating_mul(400);

fn check_ranges(builder: &ScalekitBuilder, problems: &mut Vec<ConfigProblem>) {
    let policy = &builder.policy;
    let retention = Duration::from_secs(30)..=Duration::from_secs(900);
    for (setting, fits, range) in [
        ("absolute_limit", LIMIT.contains(&policy.absolute_limit), "1 minute to 400 days"),
        ("idle_limit", LIMIT.contains(&policy.idle_limit), "1 minute to 400 days"),
        ("leeway", policy.leeway <= Duration::from_secs(300), "0 to 300 s"),
        ("retention", retention.contains(&policy.retention), "30 to 900 s"),
        ("cookie_budget", (2048..=32 * 1024).contains(&builder.cookie_budget), "2048 to 32768 bytes"),
        ("set_cookie_limit", (1024..=4096).contains(&builder.set_cookie_limit), "1024 to 4096 bytes"),
    ] {
        if !fits {
            problems.push(ConfigProblem::Range { setting, range });
        }
    }
}

fn is_cookie_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// A path of one meaning for every router and browser: no pattern, no encoding, no empty or dot segment.
pub(super) fn is_plain_path(path: &str) -> bool {
    ReturnTo::parse(path).is_ok()
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte))
}

/// Whether the text is what a browser sends as `Origin`, to the letter.
fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == text)
}

fn is_web_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
