//! What the tokens of a session say, beside the tokens themselves.

use std::sync::Arc;

use crate::token::claims::Claims;
use crate::token::jwt::VerifyingKey;
use crate::token::profile::KeptProfile;

/// What the tokens of a session say.
#[derive(Clone)]
pub(crate) struct Content {
    /// The claims of the access token.
    pub(crate) claims: Claims,
    /// The user, as the ID token tells.
    pub(crate) profile: KeptProfile,
    /// The key that verified the access token. `None` while the access token is not verified.
    pub(crate) key: Option<Arc<VerifyingKey>>,
}
