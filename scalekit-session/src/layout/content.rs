//! [`Content`]: what the tokens of a session say.

use std::sync::Arc;

use crate::token::claims::Claims;
use crate::token::jwt::VerifyingKey;
use crate::token::profile::KeptProfile;

/// What the tokens of a session say, without the tokens themselves.
#[derive(Clone)]
pub(crate) struct Content {
    /// The claims of the access token.
    pub(crate) claims: Claims,
    /// The user's profile, from the ID token.
    pub(crate) profile: KeptProfile,
    /// The key that verified the access token. `None` while the access token is not verified.
    pub(crate) key: Option<Arc<VerifyingKey>>,
}
