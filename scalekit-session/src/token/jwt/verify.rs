//! Verifies a token: header, key, signature, kind, issuer, audience, times, in that order.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::invalid::shown;
use super::jws::{self, Jws};
use super::{ClaimSet, InvalidToken, KeySet, Kind, VerifyingKey};
use crate::clock::Timestamp;
use crate::token::claims::Claims;

/// The result of verifying a token.
#[derive(Debug)]
#[must_use = "a token is good only if the verdict is `Valid`"]
pub(crate) enum Verdict<T = Claims> {
    /// Signed by `key`, of the right kind, for us, and in its time.
    Valid { claims: T, key: Arc<VerifyingKey> },
    /// Signed, of the right kind and for us, but expired.
    Expired,
    /// `nbf` or `iat` lies beyond now plus leeway: our clock or the issuer's is wrong (row 9b).
    NotYet,
    /// No published key has this id. The token may still be good: the keys may have to be fetched first (R45).
    UnknownKey { kid: Box<str> },
    /// Not acceptable, now or later.
    Invalid(InvalidToken),
}

impl<T> Verdict<T> {
    /// Judges the claims of a valid token further. Every other verdict stays as it is.
    pub(crate) fn and_then<U>(self, next: impl FnOnce(T, Arc<VerifyingKey>) -> Verdict<U>) -> Verdict<U> {
        match self {
            Self::Valid { claims, key } => next(claims, key),
            Self::Expired => Verdict::Expired,
            Self::NotYet => Verdict::NotYet,
            Self::UnknownKey { kid } => Verdict::UnknownKey { kid },
            Self::Invalid(why) => Verdict::Invalid(why),
        }
    }

    pub(super) fn of(outcome: Result<(T, Arc<VerifyingKey>), NotValid>) -> Self {
        match outcome {
            Ok((claims, key)) => Self::Valid { claims, key },
            Err(NotValid::Expired) => Self::Expired,
            Err(NotValid::NotYet) => Self::NotYet,
            Err(NotValid::UnknownKey { kid }) => Self::UnknownKey { kid },
            Err(NotValid::Invalid(why)) => Self::Invalid(why),
        }
    }
}

/// Every verdict except `Valid`, as an error type for `?`.
pub(super) enum NotValid {
    Expired,
    NotYet,
    UnknownKey { kid: Box<str> },
    Invalid(InvalidToken),
}

impl From<InvalidToken> for NotValid {
    fn from(why: InvalidToken) -> Self {
        Self::Invalid(why)
    }
}

/// What tokens are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    issuers: Vec<String>,
    audiences: Vec<String>,
    client_id: String,
    leeway: Duration,
}

impl Rules {
    /// The default leeway: how far our clock and the issuer's may differ (R41).
    pub(crate) const LEEWAY: Duration = Duration::from_secs(60);

    /// Rules that accept any of `issuers` and any of `audiences`. Blank entries are errors, because in other SDKs a
    /// blank entry switches the check off (R42).
    pub(crate) fn new(
        issuers: Vec<String>,
        audiences: Vec<String>,
        client_id: String,
        leeway: Duration,
    ) -> Result<Self, RulesError> {
        let blank = |text: &String| text.trim().is_empty();
        if issuers.is_empty() || issuers.iter().any(blank) {
            return Err(RulesError::BlankIssuer);
        }
        if audiences.is_empty() || audiences.iter().any(blank) {
            return Err(RulesError::BlankAudience);
        }
        if blank(&client_id) {
            return Err(RulesError::BlankClientId);
        }
        if leeway > Duration::from_secs(300) {
            return Err(RulesError::Leeway);
        }
        Ok(Self { issuers, audiences, client_id, leeway })
    }

    /// Checks issuer, kind, client and audience. Times are not checked here.
    fn check_claims(&self, claims: &ClaimSet, kind: Kind) -> Result<(), InvalidToken> {
        self.check_issuer(claims)?;
        kind.check(claims, &self.client_id)?;
        self.check_audience(claims, kind)
    }

    pub(super) fn check_issuer(&self, claims: &ClaimSet) -> Result<(), InvalidToken> {
        let issuer = claims.iss.text().ok_or(InvalidToken::Missing("iss"))?;
        if self.issuers.iter().any(|own| own == issuer) {
            return Ok(());
        }
        Err(InvalidToken::Issuer { found: shown(&issuer), accepted: self.issuers.clone() })
    }

    fn check_audience(&self, claims: &ClaimSet, kind: Kind) -> Result<(), InvalidToken> {
        match kind {
            Kind::Id => audience_among(claims, std::slice::from_ref(&self.client_id)),
            // Scalekit writes an audience only when one is configured for the machine client
            Kind::Machine if claims.aud.is_absent() => Ok(()),
            Kind::Access | Kind::Machine => audience_among(claims, &self.audiences),
            Kind::IdpInitiated => Ok(()),
        }
    }

    pub(super) fn check_times(
        &self,
        claims: &ClaimSet,
        now: Timestamp,
        expiry: Expiry,
    ) -> Result<(), NotValid> {
        let expires_at = claims.expires_at()?;
        let begins_at = claims.nbf.get().copied().map_or(Timestamp::EPOCH, Timestamp::from_secs);
        if begins_at.max(claims.issued_at()?) > now + self.leeway {
            return Err(NotValid::NotYet);
        }
        if expiry == Expiry::Refuse && now >= expires_at + self.leeway {
            return Err(NotValid::Expired);
        }
        Ok(())
    }
}

/// Whether [`Rules::check_times`] refuses an expired token, or leaves that to its caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    Refuse,
    LeaveToCaller,
}

/// Why rules cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub(crate) enum RulesError {
    #[error("the list of accepted issuers is empty or has a blank entry")]
    BlankIssuer,
    #[error("the list of accepted audiences is empty or has a blank entry")]
    BlankAudience,
    #[error("the client id is blank")]
    BlankClientId,
    #[error("the leeway is longer than 300 seconds")]
    Leeway,
}

/// Verifies an access token of that kind, as a client presents it in a request.
pub(crate) fn verify(token: &str, kind: Kind, keys: &KeySet, rules: &Rules, now: Timestamp) -> Verdict {
    Verdict::of(access_claims(token, kind, keys, rules, now, Expiry::Refuse))
}

/// Verifies the access token of a session. An expired token counts as valid here, because a session stores the end of
/// its token itself.
pub(crate) fn verify_session_token(token: &str, keys: &KeySet, rules: &Rules, now: Timestamp) -> Verdict {
    Verdict::of(access_claims(token, Kind::Access, keys, rules, now, Expiry::LeaveToCaller))
}

/// The claims of an access token whose signature is not checked, to compare identities (row 13).
pub(crate) fn unverified_claims(token: &str) -> Option<Claims> {
    let payload = jws::unverified_payload(token).ok()?;
    Claims::unverified(&payload)
}

/// The claims of a token whose signature is not checked, when they are of that kind and for us.
///
/// Security: an attacker may have invented these claims. They say whose token it would be, for decisions that come
/// before the key is at hand.
pub(crate) fn unverified_claims_for_us(token: &str, kind: Kind, rules: &Rules) -> Option<Claims> {
    let claims = ClaimSet::parse(&jws::unverified_payload(token).ok()?).ok()?;
    let for_us = rules.check_claims(&claims, kind).is_ok();
    for_us.then(|| Claims::new(claims).ok()).flatten()
}

fn access_claims(
    token: &str,
    kind: Kind,
    keys: &KeySet,
    rules: &Rules,
    now: Timestamp,
    expiry: Expiry,
) -> Result<(Claims, Arc<VerifyingKey>), NotValid> {
    let (claims, _, key) = authenticate(token, kind, keys, rules)?;
    rules.check_times(&claims, now, expiry)?;
    Ok((Claims::new(claims)?, key))
}

/// The checks that all kinds have in common: the token is signed, of that kind and for us. Its times are not checked.
/// Returns the claims, the payload that they were read from, and the key that signed the token.
pub(super) fn authenticate(
    token: &str,
    kind: Kind,
    keys: &KeySet,
    rules: &Rules,
) -> Result<(ClaimSet, Vec<u8>, Arc<VerifyingKey>), NotValid> {
    let jws = Jws::parse(token)?;
    if !kind.admits_type(jws.typ.as_deref()) {
        return Err(InvalidToken::Type.into());
    }
    let Some(key) = keys.find(&jws.key_id) else {
        return Err(NotValid::UnknownKey { kid: jws.key_id });
    };
    // no claim is read before the signature is checked (RFC 8725 §3.3)
    let payload = jws.verified_payload(key)?;
    let claims = ClaimSet::parse(&payload)?;
    rules.check_claims(&claims, kind)?;
    Ok((claims, payload, Arc::clone(key)))
}

fn audience_among(claims: &ClaimSet, accepted: &[String]) -> Result<(), InvalidToken> {
    let found = claims.aud.get().map(|names| names.0.as_slice()).unwrap_or_default();
    if found.is_empty() {
        return Err(InvalidToken::Missing("aud"));
    }
    if found.iter().any(|name| accepted.iter().any(|own| **own == **name)) {
        return Ok(());
    }
    Err(InvalidToken::Audience {
        found: found.iter().take(8).map(shown).collect(),
        accepted: accepted.to_vec(),
    })
}
