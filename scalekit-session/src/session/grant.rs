//! [`Grant`]: the verified tokens of one login.

use std::fmt;

use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::token::claims::Claims;
use crate::token::profile::Profile;

/// The verified tokens of one login, from which [`SessionManager::seal`](crate::SessionManager::seal) makes a session.
///
/// ```
/// use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// let grant = TestEnvironment::new().grant(&TestUser::new("usr_1").organization("org_1"));
/// assert_eq!(grant.claims.organization_id(), Some("org_1"));
/// assert_eq!(grant.profile.unwrap().id, "usr_1");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Grant {
    /// The access token.
    pub access_token: AccessToken,
    /// The refresh token. `None` when the scope `offline_access` was not granted.
    pub refresh_token: Option<RefreshToken>,
    /// The ID token. A logout sends it to Scalekit as `id_token_hint`.
    pub id_token: Option<IdToken>,
    /// The claims of the verified access token.
    pub claims: Claims,
    /// The user's profile, from the verified ID token.
    pub profile: Option<Profile>,
}

impl Grant {
    /// A grant without refresh token and ID token. Security: the caller must have verified the access token, and
    /// `claims` must be its claims.
    #[must_use]
    pub fn new(access_token: AccessToken, claims: Claims) -> Self {
        Self { access_token, refresh_token: None, id_token: None, claims, profile: None }
    }

    /// This grant with a refresh token, or with none.
    #[must_use]
    pub fn with_refresh_token(self, token: impl Into<Option<RefreshToken>>) -> Self {
        Self { refresh_token: token.into(), ..self }
    }

    /// This grant with an ID token and its profile. Security: the caller must have verified the ID token, and
    /// `profile` must come from it.
    #[must_use]
    pub fn with_id_token(self, token: IdToken, profile: Profile) -> Self {
        Self { id_token: Some(token), profile: Some(profile), ..self }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("subject", &self.claims.subject()).finish_non_exhaustive()
    }
}
