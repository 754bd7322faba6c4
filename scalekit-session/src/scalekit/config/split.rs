//! [`SplitCookies`]: access, refresh and ID token in a cookie each.

use super::builder::ScalekitBuilder;
use super::check::is_plain_path;
use super::problem::ConfigProblem;
use crate::cookie::{DataNames, SplitNames};
use crate::rules::routes::AuthRoutes;

/// Keeps a session in three sealed cookies, each with a path of its own, so that a browser sends each token only where it is
/// needed. For single-page applications, and for applications that follow Scalekit's quickstart to the letter. The default is
/// one cookie, which needs no code in the browser.
///
/// | | one cookie | split |
/// |---|---|---|
/// | cookies beside the live marker | `__Host-scalekit` | `__Host-accessToken` (`__Secure-` under a path of its own), `__Secure-refreshToken`, `__Secure-idToken` |
/// | sent to | every page | the access token under its path, the refresh token to the refresh route, the ID token to the login's own routes |
/// | who refreshes | the middleware, on any request | the refresh route |
/// | a page load with an expired access token | is served after a refresh | 303 to the refresh route and back, once |
/// | a program's request with one | is served after a refresh | 401 with the code `session_expired`: `POST` to the refresh route, then repeat the request |
/// | a posted form with one | is served after a refresh | 303 to login, as without a session: refresh before the form is sent |
/// | a page with one that shows users and strangers | shows the user | shows no user until a page load or a script has refreshed |
/// | [`Exchange::refresh`](crate::adapter::Exchange::refresh) | refreshes now | serves the present session |
///
/// A script refreshes on demand:
///
/// ```js
/// async function ask(url, options) {
///   const answer = await fetch(url, options);
///   if (answer.status !== 401 || (await answer.clone().json()).code !== "session_expired") return answer;
///   const refreshed = await fetch("/auth/refresh", { method: "POST" });
///   return refreshed.status === 204 ? fetch(url, options) : refreshed;
/// }
/// ```
///
/// `POST` to the refresh route answers 204 when the access token is fresh, with or without a refresh; 401 when there is no
/// session; 503 with `Retry-After` when Scalekit does not answer, and then the session is not lost. Any number of tabs may ask
/// at once. While the access token is fresh the route refreshes nothing, also where the browser lost the access cookie: the
/// cookie comes back with a login, or with the refresh at the token's end.
///
/// ```
/// # #[cfg(feature = "testing")] {
/// use scalekit_session::testing::{TestEnvironment, TestUser};
/// use scalekit_session::{SessionManager, SplitCookies};
/// use scalekit_session::adapter::AuthRoute;
///
/// let environment = TestEnvironment::new();
/// let split = SplitCookies::new().access_path("/api");
/// let scalekit = environment.builder().split_cookies(split).build().unwrap();
///
/// assert_eq!(scalekit.routes().at("/auth/refresh"), Some(AuthRoute::Refresh));
/// let cookies = environment.sign_in(&scalekit, &TestUser::new("usr_1"));
/// assert!(cookies.contains("__Secure-accessToken=") && cookies.contains("__Secure-refreshToken="));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "give it to the builder's `split_cookies`"]
pub struct SplitCookies {
    pub(super) access_path: String,
    pub(super) refresh_path: String,
}

impl SplitCookies {
    /// The access cookie is sent to every page, and the refresh route is at `/auth/refresh`.
    pub fn new() -> Self {
        Self { access_path: "/".to_owned(), refresh_path: "/auth/refresh".to_owned() }
    }

    /// The path under which the access token is sent. Default `/`. The path must cover every page and endpoint with a guard: a
    /// guarded page elsewhere is led through the refresh route, comes back without the token, and ends on an error page.
    pub fn access_path(self, path: impl Into<String>) -> Self {
        Self { access_path: path.into(), ..self }
    }

    /// Where the refresh route is mounted, which is also the path of the refresh cookie. Default `/auth/refresh`.
    pub fn refresh_path(self, path: impl Into<String>) -> Self {
        Self { refresh_path: path.into(), ..self }
    }
}

impl Default for SplitCookies {
    fn default() -> Self {
        Self::new()
    }
}

const NAMES: [&str; 3] = ["accessToken", "refreshToken", "idToken"];

/// Reports what is wrong with the split layout. The refresh route's path is checked with the other routes'.
pub(super) fn check(builder: &ScalekitBuilder, problems: &mut Vec<ConfigProblem>) {
    let Some(split) = &builder.split else { return };
    if builder.sdk_cookie.is_some() {
        problems.push(ConfigProblem::SplitAndShared);
    }
    if !is_plain_path(&split.access_path) {
        let reason = "is not a plain path; write one like `/api`";
        problems.push(ConfigProblem::Path {
            route: "access cookie",
            path: split.access_path.clone(),
            reason,
        });
    }
    if NAMES.iter().any(|name| name.eq_ignore_ascii_case(&builder.cookie_name)) {
        problems.push(ConfigProblem::CookieNameTaken(builder.cookie_name.clone()));
    }
}

/// The names of the three cookies and their paths. Over https the prefix is `__Host-` where the path is `/`, and `__Secure-`
/// elsewhere, because browsers refuse a `__Host-` cookie with another path. On loopback there is no prefix, and a suffix keeps
/// applications apart.
pub(super) fn names(split: &SplitCookies, routes: &AuthRoutes, suffix: Option<&str>) -> SplitNames {
    let [access, refresh, identity] = NAMES;
    let named = |prefix: &str, name: &str| match suffix {
        None => format!("{prefix}{name}"),
        Some(suffix) => format!("{name}-{suffix}"),
    };
    let prefix = if split.access_path == "/" { "__Host-" } else { "__Secure-" };
    SplitNames {
        access: DataNames::new(named(prefix, access), split.access_path.as_str()),
        refresh: DataNames::new(named("__Secure-", refresh), split.refresh_path.as_str()),
        identity: DataNames::new(named("__Secure-", identity), folder(routes.iter().map(|(_, path)| path))),
    }
}

/// The folder that all paths share: `/auth`, or `/` when they have none.
fn folder<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    let folders = paths.map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let shared = folders.reduce(|one, other| {
        let mut end = 0;
        for (a, b) in one.split_inclusive('/').zip(other.split_inclusive('/')) {
            match (a.strip_suffix('/').unwrap_or(a), b.strip_suffix('/').unwrap_or(b)) {
                (a_name, b_name) if a_name == b_name => end += a.len(),
                _ => break,
            }
        }
        one.get(..end).unwrap_or_default().trim_end_matches('/')
    });
    shared.filter(|shared| !shared.is_empty()).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_the_id_cookie_goes_to_the_folder_that_the_own_routes_share() {
        for (paths, shared) in [
            (["/auth/login", "/auth/callback", "/auth/logout", "/auth/refresh"], "/auth"),
            (["/auth/login", "/callback", "/auth/logout", "/auth/refresh"], "/"),
            (["/a/b/login", "/a/b/callback", "/a/b/logout", "/a/b/refresh"], "/a/b"),
            (["/a/b/login", "/a/bc/callback", "/a/b/logout", "/a/b/refresh"], "/a"),
            (["/a/login", "/a/b/callback", "/a/b/logout", "/a/b/c/refresh"], "/a"),
            (["/login", "/callback", "/logout", "/refresh"], "/"),
            (["/ab/login", "/a/callback", "/ab/logout", "/ab/refresh"], "/"),
        ] {
            assert_eq!(folder(paths.into_iter()), shared, "{paths:?}");
        }
    }

    #[test]
    fn r20_names_say_which_paths_a_browser_may_keep_them_for() {
        let routes = AuthRoutes {
            login: "/auth/login".to_owned(),
            callback: "/auth/callback".to_owned(),
            logout: "/auth/logout".to_owned(),
            refresh: Some("/auth/refresh".to_owned()),
        };
        let named = |split: SplitCookies, suffix| {
            let names = names(&split, &routes, suffix);
            [names.access, names.refresh, names.identity]
                .map(|data| format!("{} {}", data.name(), data.path()))
        };
        assert_eq!(
            named(SplitCookies::new(), None),
            ["__Host-accessToken /", "__Secure-refreshToken /auth/refresh", "__Secure-idToken /auth"]
        );
        assert_eq!(
            named(SplitCookies::new().access_path("/api"), None),
            ["__Secure-accessToken /api", "__Secure-refreshToken /auth/refresh", "__Secure-idToken /auth"]
        );
        assert_eq!(
            named(SplitCookies::new(), Some("0a1b2c3d")),
            ["accessToken-0a1b2c3d /", "refreshToken-0a1b2c3d /auth/refresh", "idToken-0a1b2c3d /auth"]
        );
    }
}
