//! The JWT with which Scalekit announces a login that began at the identity provider (R55).

use std::time::Duration;

use serde_json::Value;

use super::verify::{Expiry, NotValid, Rules, Verdict, authenticate};
use super::{ClaimSet, InvalidToken, KeySet, Kind};
use crate::clock::Timestamp;

/// How long such a JWT may live at most.
const MAX_LIFE: Duration = Duration::from_secs(300);

/// A verified request to log in through one organization's connection. It names the connection, never the user who
/// will be signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdpInitiatedLogin {
    /// The organization (`org_…`).
    pub organization_id: String,
    /// Its connection (`conn_…`).
    pub connection_id: String,
    /// The user's e-mail address, when known.
    pub login_hint: Option<String>,
    /// Where the user wants to go. Untrusted: any user of an identity provider can have it send any value.
    pub relay_state: Option<String>,
}

/// Verifies the value of the parameter `idp_initiated_login`. The JWT has no audience, and can be used again until it
/// expires.
pub(crate) fn verify_idp_initiated(
    token: &str,
    keys: &KeySet,
    rules: &Rules,
    now: Timestamp,
) -> Verdict<IdpInitiatedLogin> {
    Verdict::of(authenticate(token, Kind::IdpInitiated, keys, rules).and_then(|(mut claims, _, key)| {
        rules.check_times(&claims, now, Expiry::Refuse)?;
        if claims.expires_at()? > claims.issued_at()? + MAX_LIFE {
            return Err(NotValid::Invalid(InvalidToken::Lifetime));
        }
        let login = IdpInitiatedLogin {
            organization_id: required(&mut claims, "organization_id")?,
            connection_id: required(&mut claims, "connection_id")?,
            login_hint: text(&mut claims, "login_hint"),
            relay_state: text(&mut claims, "relay_state"),
        };
        Ok((login, key))
    }))
}

fn required(claims: &mut ClaimSet, name: &'static str) -> Result<String, InvalidToken> {
    text(claims, name).ok_or(InvalidToken::Missing(name))
}

fn text(claims: &mut ClaimSet, name: &str) -> Option<String> {
    match claims.other.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}
