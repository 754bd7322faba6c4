//! Where the ready-made routes are mounted.

/// One of the ready-made routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// Sends the browser to Scalekit's login page. Also Scalekit's initiate-login URL.
    Login,
    /// Receives the browser with its authorization code. Its path is that of the redirect URI.
    Callback,
    /// Ends the session here and at Scalekit.
    Logout,
}

/// Paths of the ready-made routes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Routes {
    /// Default `/auth/login`.
    pub login: String,
    /// The path of the redirect URI.
    pub callback: String,
    /// Default `/auth/logout`.
    pub logout: String,
}

impl Routes {
    /// Every route with its path.
    pub fn iter(&self) -> impl Iterator<Item = (Route, &str)> {
        [(Route::Login, &self.login), (Route::Callback, &self.callback), (Route::Logout, &self.logout)]
            .into_iter()
            .map(|(route, path)| (route, path.as_str()))
    }

    /// The route at that path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<Route> {
        self.iter().find(|(_, own)| *own == path).map(|(route, _)| route)
    }
}
