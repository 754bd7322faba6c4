//! [`AuthRoutes`]: the paths of the ready-made routes.

/// One of the ready-made routes: login, callback, logout, refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthRoute {
    /// Sends the browser to Scalekit's login page. Register its URL at Scalekit as the initiate-login URL.
    Login,
    /// Receives the browser that comes back from Scalekit with an authorization code. Its path is that of the
    /// redirect URI.
    Callback,
    /// Ends the session here and at Scalekit.
    Logout,
    /// Refreshes the session. Only the split layout has this route.
    Refresh,
}

/// The paths of the ready-made routes, for an adapter to mount.
///
/// ```
/// use scalekit_session::SessionManager;
/// use scalekit_session::adapter::AuthRoute;
/// use scalekit_session::testing::TestEnvironment;
///
/// let scalekit = TestEnvironment::new().scalekit();
/// let routes = scalekit.routes();
/// assert_eq!((routes.login.as_str(), routes.logout.as_str()), ("/auth/login", "/auth/logout"));
/// assert_eq!(routes.at("/auth/callback"), Some(AuthRoute::Callback));
/// assert_eq!(routes.at("/invoices"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthRoutes {
    /// Where a login begins, `/auth/login` by default.
    pub login: String,
    /// Where Scalekit sends the browser back to: the path of the redirect URI.
    pub callback: String,
    /// Where a logout begins, `/auth/logout` by default.
    pub logout: String,
    /// Where [`SplitCookies`](crate::SplitCookies) are refreshed, `/auth/refresh` by default. `None` in the other
    /// layouts.
    pub refresh: Option<String>,
}

impl AuthRoutes {
    /// No routes, for a session manager without a login of its own.
    pub const NONE: Self =
        Self { login: String::new(), callback: String::new(), logout: String::new(), refresh: None };

    /// Every route with its path. A route without a path is not mounted.
    pub fn iter(&self) -> impl Iterator<Item = (AuthRoute, &str)> {
        [
            (AuthRoute::Login, &self.login),
            (AuthRoute::Callback, &self.callback),
            (AuthRoute::Logout, &self.logout),
        ]
        .into_iter()
        .chain(self.refresh.as_ref().map(|path| (AuthRoute::Refresh, path)))
        .map(|(route, path)| (route, path.as_str()))
        .filter(|(_, path)| !path.is_empty())
    }

    /// The route at exactly that path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<AuthRoute> {
        self.iter().find(|(_, own)| *own == path).map(|(route, _)| route)
    }

    /// Whether some router could lead that path to one of these routes. Some routers decode a path first, some ignore
    /// an additional slash.
    pub(crate) fn reaches(&self, path: &str) -> bool {
        let decoded: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
        self.iter().any(|(_, own)| segments(own.as_bytes()).eq(segments(&decoded)))
    }
}

fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r39_an_own_route_is_known_however_it_is_written() {
        let routes = AuthRoutes {
            login: "/auth/login".to_owned(),
            callback: "/auth/callback".to_owned(),
            logout: "/auth/logout".to_owned(),
            refresh: Some("/auth/refresh".to_owned()),
        };
        for (path, reaches) in [
            ("/auth/login", true),
            ("/auth/callback", true),
            ("/auth/%6cogout", true),
            ("/auth/%6Cogout", true),
            ("/auth%2Flogout", true),
            ("/auth/logout/", true),
            ("/auth//logout", true),
            ("/auth/%72efresh", true),
            ("/auth/refresher", false),
            ("/auth/logout/all", false),
            ("/auth", false),
            ("/", false),
            ("/auth/%256cogout", false),
            ("/auth/Logout", false),
        ] {
            assert_eq!(routes.reaches(path), reaches, "{path}");
        }
        assert_eq!(routes.at("/auth/%6cogout"), None, "an adapter mounts the paths as they are written");
    }
}
