//! What a login brings.

use std::fmt;

use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::token::claims::Claims;
use crate::token::profile::Profile;

/// Tokens of one login, verified: the stuff a session is sealed from.
#[derive(Clone)]
#[non_exhaustive]
pub struct Grant {
    /// The access token.
    pub access_token: AccessToken,
    /// Its successor-to-be; absent when `offline_access` was not granted.
    pub refresh_token: Option<RefreshToken>,
    /// The ID token, kept as the hint for logout.
    pub id_token: Option<IdToken>,
    /// Claims of the verified access token.
    pub claims: Claims,
    /// The user, from the verified ID token.
    pub profile: Option<Profile>,
}

impl Grant {
    /// A grant of verified tokens. `claims` and `profile` must come from those very tokens.
    #[must_use]
    pub fn new(access_token: AccessToken, claims: Claims) -> Self {
        Self { access_token, refresh_token: None, id_token: None, claims, profile: None }
    }

    /// The same grant with a refresh token.
    #[must_use]
    pub fn with_refresh_token(self, token: impl Into<Option<RefreshToken>>) -> Self {
        Self { refresh_token: token.into(), ..self }
    }

    /// The same grant with an ID token and the profile in it.
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
