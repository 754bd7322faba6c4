//! The functions that an application may give to the builder: one that may refuse a login, one that renders pages.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use thiserror::Error;

use crate::answer::pages::{Page, render_page};
use crate::event::Plain;
use crate::token::claims::Claims;
use crate::token::profile::Profile;

/// A login whose tokens are verified and whose session does not exist yet, for the application to admit or refuse: see
/// [`ScalekitBuilder::on_login`](crate::ScalekitBuilder::on_login).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Login {
    /// The user's profile, from the ID token.
    pub profile: Option<Profile>,
    /// The claims of the access token: user, organization, roles and permissions.
    pub claims: Claims,
}

/// The application does not admit this user. The log shows the reason; the browser shows a page without the reason.
///
/// ```
/// use scalekit_session::LoginRefused;
///
/// let refused = LoginRefused::new("the trial has ended");
/// assert_eq!(refused.to_string(), "the application refused the login: the trial has ended");
/// ```
#[derive(Clone, Debug, Error)]
#[error("the application refused the login: {reason}")]
pub struct LoginRefused {
    reason: String,
}

impl LoginRefused {
    /// Refuses the login for a reason, which goes to the log.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// The application writes the reason for the log.
impl Plain for LoginRefused {}

type OnLogin = dyn Fn(Login) -> BoxFuture<'static, Result<(), LoginRefused>> + Send + Sync;

#[derive(Clone)]
pub(crate) struct Hooks {
    pub(crate) on_login: Option<Arc<OnLogin>>,
    pub(crate) pages: Arc<dyn Fn(&Page) -> String + Send + Sync>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self { on_login: None, pages: Arc::new(render_page) }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").field("on_login", &self.on_login.is_some()).finish_non_exhaustive()
    }
}
