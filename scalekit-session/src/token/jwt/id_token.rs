//! ID tokens (OIDC Core §3.1.3.7): what a login and a refresh check besides the signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::verify::{Expiry, NotValid, authenticate};
use super::{ClaimSet, InvalidToken, KeySet, Kind, Rules, Verdict};
use crate::clock::Timestamp;
use crate::secret::{AccessToken, Nonce};
use crate::token::profile::Profile;

/// What the ID token of a token response must agree with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expected<'a> {
    /// The nonce that the authorization request carried. `None` for a refresh, where the nonce is not checked.
    pub(crate) nonce: Option<&'a Nonce>,
    /// The access token of the same response. When the ID token has an `at_hash`, it must be the hash of this token.
    pub(crate) access_token: Option<&'a AccessToken>,
    /// The user that the token must be about.
    pub(crate) subject: Option<&'a str>,
}

/// Verifies the ID token of a token response.
pub(crate) fn verify_id_token(
    token: &str,
    keys: &KeySet,
    rules: &Rules,
    now: Timestamp,
    expected: Expected<'_>,
) -> Verdict<Profile> {
    Verdict::of(authenticate(token, Kind::Id, keys, rules).and_then(|(claims, payload, key)| {
        expected.check(&claims)?;
        rules.check_times(&claims, now, Expiry::Refuse)?;
        Ok((Profile::from_id_token(&payload).ok_or(InvalidToken::Malformed)?, key))
    }))
}

/// The profile in an ID token that is not verified: for tests, which sign their tokens themselves.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn unverified_profile(token: &str) -> Option<Profile> {
    Profile::from_id_token(&super::jws::unverified_payload(token).ok()?)
}

impl Expected<'_> {
    fn check(&self, claims: &ClaimSet) -> Result<(), NotValid> {
        // with several audiences, only `azp` names the client that asked for the token (OIDC Core §3.1.3.7 rule 4)
        let audiences = claims.aud.get().map_or(0, |names| names.0.len());
        if audiences > 1 && claims.azp.is_absent() {
            return Err(InvalidToken::Missing("azp").into());
        }
        if let Some(nonce) = self.nonce {
            let found = claims.nonce.get().ok_or(InvalidToken::Nonce)?;
            if !bool::from(found.as_bytes().ct_eq(nonce.secret().as_bytes())) {
                return Err(InvalidToken::Nonce.into());
            }
        }
        if let (Some(found), Some(access_token)) = (claims.at_hash.get(), self.access_token)
            && !bool::from(found.as_bytes().ct_eq(half_hash(access_token).as_bytes()))
        {
            return Err(InvalidToken::AccessTokenHash.into());
        }
        if self.subject.is_some_and(|subject| claims.sub.text() != Some(subject)) {
            return Err(InvalidToken::Subject.into());
        }
        Ok(())
    }
}

/// `at_hash`: the left half of the SHA-256 of the token's text (OIDC Core §3.1.3.6).
fn half_hash(access_token: &AccessToken) -> String {
    let hash = Sha256::digest(access_token.secret().as_bytes());
    let (half, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(half)
}
