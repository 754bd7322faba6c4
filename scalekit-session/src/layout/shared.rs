//! A session in the cookie of Scalekit's official packages: what stands for the facts that it does not have.
//!
//! | of ours | there |
//! |---|---|
//! | session id | a hash of the ID token, which the packages keep from login to logout: the *lineage* |
//! | generation | `iat` of the access token: a later token is a newer generation, whoever got it |
//! | login time | `iat` of the ID token, and no later than that of the access token |
//! | rotation time, end | `iat` and `exp` of the access token, which are believed when its signature is checked |
//! | live marker | none |

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::head::{Head, facts};
use super::one_cookie::NO_MARKER;
use crate::clock::Timestamp;
use crate::cookie::form::Form;
use crate::error::{Error, Repr};
use crate::instance::{Instance, Official};
use crate::sdk_cookie::{MAX_TEXT, SdkPayload, SealError};
use crate::seal::SessionPayload;
use crate::secret::IdToken;
use crate::session::{SealedSession, Session};
use crate::token::claims::Claims;
use crate::token::jwt::{self, Expected, Kind, Verdict, VerifyingKey};
use crate::token::profile::KeptProfile;

/// Seals a session for the official packages. What they will take for the user is the content of the verified access
/// token; of one that could not be verified they are told nothing but that it has to be refreshed.
pub(super) fn seal(
    instance: &Arc<Instance>,
    payload: SessionPayload,
    claims: Claims,
    profile: KeptProfile,
    key: Option<Arc<VerifyingKey>>,
) -> Result<SealedSession, Error> {
    let (Some(Official { key: sealing_key, write: Some(dialect) }), Some(name)) =
        (&instance.official, instance.names.official())
    else {
        return Err(Repr::Unreadable.into());
    };
    let SessionPayload { session_id, generation, login_at, end, unverified, beside, .. } = payload;
    let SessionPayload { access_token, refresh_token, id_token, .. } = payload;
    let id_token = Some(id_token.ok_or(Repr::NotASession("ID token beside it"))?);
    let payload = if unverified {
        SdkPayload::unverified(access_token, refresh_token, id_token)
    } else {
        let verified = SdkPayload::new(access_token, refresh_token, id_token, &claims);
        verified.map_err(|_| Repr::NotASession("claims that were verified"))?
    };
    let payload = payload.with_beside(beside.unwrap_or_default());
    let value = sealing_key.seal(&payload, *dialect).map_err(|error| match error {
        SealError::TooLong { characters } => Repr::SdkTooLong { characters, most: MAX_TEXT },
        SealError::NoRandomness | SealError::Cipher => Repr::Random,
    })?;
    if value.len() > instance.spec.room(name, None) {
        return Err(Repr::SdkTooLong { characters: value.len(), most: MAX_TEXT }.into());
    }
    let value: Arc<str> = value.into();
    let read = session_of(instance, payload).filter(|read| read.session_id == session_id);
    let read = read.ok_or(Repr::NotASession("claims by which an official cookie is known again"))?;
    let session = SessionPayload {
        // Several refreshes may fall into one second, and a session that moves comes with generations of its own.
        generation: read.generation.max(generation),
        login_at: read.login_at.min(login_at),
        // Here the time of arrival is known; whoever reads the cookie has to go by `exp`.
        end,
        ..read
    };
    let head = Head::of(instance, &session);
    let facts = facts(instance, Form::Official, head, claims, profile, key, Arc::clone(&value), false);
    Ok(SealedSession { value, session: Session::new(facts) })
}

/// Opens a cookie of the official packages, in either dialect. Nothing in it is verified.
pub(super) fn open(instance: &Instance, value: &str) -> Option<SessionPayload> {
    let official = instance.official.as_ref()?;
    let opened = official.key.open(value.as_bytes()).ok()?;
    if let Some(own) = official.write.filter(|own| *own != opened.dialect) {
        tracing::debug!(read = ?opened.dialect, written = ?own, "an official cookie of the other language");
    }
    session_of(instance, opened.payload)
}

/// Whether the packages would know a session again: by the ID token that it was named after. Sessions from before the
/// cookie was shared were not, nor is an ID token that came with a refresh the one of the login.
pub(crate) fn may_be_shared(payload: &SessionPayload) -> bool {
    payload.id_token.as_ref().is_some_and(|id_token| lineage(id_token) == payload.session_id)
}

/// The session that an official cookie holds: with an ID token, with one user's tokens only, and by what they say about
/// themselves of our environment and client. Our own format is sealed for these; here nothing is refreshed, ended or
/// deleted that belongs to another application.
fn session_of(instance: &Instance, payload: SdkPayload) -> Option<SessionPayload> {
    let claims = jwt::unverified_claims_for_us(payload.access_token.secret(), Kind::Access, &instance.rules)?;
    let id_token = payload.id_token.as_ref()?;
    let id_claims = jwt::unverified_claims_for_us(id_token.secret(), Kind::Id, &instance.rules)
        .filter(|id| id.subject() == claims.subject())?;
    let rotated_at = claims.issued_at();
    Some(SessionPayload {
        session_id: lineage(id_token),
        live: NO_MARKER,
        generation: u32::try_from(rotated_at.as_secs()).ok()?,
        login_at: id_claims.issued_at().min(rotated_at),
        rotated_at,
        end: claims.expires_at(),
        unverified: false,
        beside: payload.beside().map(|beside| beside.to_owned().into()),
        id_token: payload.id_token,
        access_token: payload.access_token,
        refresh_token: payload.refresh_token,
        profile: None,
        identity: None,
    })
}

/// What names a session from login to logout in whichever application: a hash of its ID token, which is another one
/// after every login.
pub(super) fn lineage(id_token: &IdToken) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"scalekit-session lineage\0");
    hash.update(id_token.secret());
    let hash: [u8; 32] = hash.finalize().into();
    let [lineage @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash;
    lineage
}

/// What the ID token of an official cookie tells about the user, if it verifies as of when it was issued: the packages
/// do not check it, and whoever has the shared secret can put any text there. An ID token outlives the key that signed
/// it; then nothing is told.
pub(crate) fn verified_profile(
    instance: &Instance,
    id_token: Option<&IdToken>,
    subject: &str,
    now: Timestamp,
) -> KeptProfile {
    let verified = id_token.and_then(|token| {
        let issued_at = jwt::unverified_claims(token.secret())?.issued_at();
        let expected = Expected { subject: Some(subject), ..Expected::default() };
        match jwt::verify_id_token(
            token.secret(),
            &instance.keys.snapshot(now),
            &instance.rules,
            issued_at,
            expected,
        ) {
            Verdict::Valid { claims: profile, .. } => Some(profile),
            _ => None,
        }
    });
    verified.into()
}
