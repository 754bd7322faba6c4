//! Where the ready-made routes are mounted.

/// One of the ready-made routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthRoute {
    /// Sends the browser to Scalekit's login page. Also Scalekit's initiate-login URL.
    Login,
    /// Receives the browser with its authorization code. Its path is that of the redirect URI.
    Callback,
    /// Ends the session here and at Scalekit.
    Logout,
    /// Refreshes the session, in the split layout.
    Refresh,
}

/// Paths of the ready-made routes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthRoutes {
    /// Default `/auth/login`.
    pub login: String,
    /// The path of the redirect URI.
    pub callback: String,
    /// Default `/auth/logout`.
    pub logout: String,
    /// Where [`SplitCookies`](crate::SplitCookies) are refreshed, `/auth/refresh` by default. Without them there is no such
    /// route.
    pub refresh: Option<String>,
}

impl AuthRoutes {
    /// Every route with its path.
    pub fn iter(&self) -> impl Iterator<Item = (AuthRoute, &str)> {
        [
            (AuthRoute::Login, &self.login),
            (AuthRoute::Callback, &self.callback),
            (AuthRoute::Logout, &self.logout),
        ]
        .into_iter()
        .chain(self.refresh.as_ref().map(|path| (AuthRoute::Refresh, path)))
        .map(|(route, path)| (route, path.as_str()))
    }

    /// The route at that path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<AuthRoute> {
        self.iter().find(|(_, own)| *own == path).map(|(route, _)| route)
    }

    /// Whether any router could lead that path to one of these routes: some decode it first, some forgive a slash more.
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
        assert_eq!(routes.at("/auth/%6cogout"), None, "an adapter mounts them as they are");
    }
}
