//! The shared layout: a session in the SDK cookie, which Scalekit's official packages read and write, too.
//!
//! The SDK cookie has no place for some facts of a session. These are used in their place:
//!
//! | fact | what is used |
//! |---|---|
//! | session id | a hash of the ID token, which the packages keep from login to logout: the *lineage* |
//! | generation | `iat` of the access token: a later token is a newer generation, whichever application received it |
//! | login time | `iat` of the ID token, but not later than `iat` of the access token |
//! | time of the last refresh, end | `iat` and `exp` of the access token, which count once its signature is checked |
//! | live marker | none |

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Layout;
use super::content::Content;
use super::head::Head;
use super::one_cookie::NO_MARKER;
use crate::cookie::Holder;
use crate::error::{Error, Repr};
use crate::sdk_cookie::{MAX_TEXT, SdkKey, SdkLanguage, SdkPayload, SdkSealError};
use crate::seal::SessionPayload;
use crate::secret::IdToken;
use crate::session::{SealedSession, Session};
use crate::token::jwt::{self, Kind};

/// Seals a session for Scalekit's packages. They take the user from members of the cookie, which are written from the
/// verified access token. For a token that could not be verified, the cookie says only that it has to be refreshed.
pub(super) fn seal(
    layout: &Arc<Layout>,
    sealing_key: &SdkKey,
    language: SdkLanguage,
    payload: SessionPayload,
    content: Content,
) -> Result<SealedSession, Error> {
    let name = layout.names.sdk().ok_or(Repr::Unreadable)?;
    let SessionPayload { session_id, generation, login_at, end, unverified, beside, .. } = payload;
    let SessionPayload { access_token, refresh_token, id_token, .. } = payload;
    let id_token = Some(id_token.ok_or(Repr::NotASession("ID token beside it"))?);
    let payload = if unverified {
        SdkPayload::unverified(access_token, refresh_token, id_token)
    } else {
        let verified = SdkPayload::new(access_token, refresh_token, id_token, &content.claims);
        verified.map_err(|_| Repr::NotASession("claims that were verified"))?
    };
    let payload = payload.with_beside(beside.unwrap_or_default());
    let value = sealing_key.seal(&payload, language).map_err(|error| match error {
        SdkSealError::TooLong { characters } => Repr::SdkTooLong { characters, most: MAX_TEXT },
        SdkSealError::NoRandomness | SdkSealError::Cipher => Repr::Random,
    })?;
    if value.len() > layout.spec.room(name, None) {
        return Err(Repr::SdkTooLong { characters: value.len(), most: MAX_TEXT }.into());
    }
    let value: Arc<str> = value.into();
    let read = session_of(layout, payload).filter(|read| read.session_id == session_id);
    let read = read.ok_or(Repr::NotASession("claims by which an SDK cookie is known again"))?;
    let session = SessionPayload {
        // `iat` has whole seconds, and several refreshes may fall into one. A session that moves here has a generation
        // already.
        generation: read.generation.max(generation),
        login_at: read.login_at.min(login_at),
        // This process knows when the tokens arrived. A reader of the cookie knows only `exp`.
        end,
        ..read
    };
    let head = Head::of(layout, &session);
    let facts = layout.facts(Holder::SdkCookie, Arc::clone(&value), false, head, content);
    Ok(SealedSession { value, session: Session::new(facts) })
}

/// Opens an SDK cookie, as the packages of either language write it. Its tokens are not verified here.
pub(super) fn open(layout: &Layout, key: &SdkKey, value: &str) -> Option<(SessionPayload, SdkLanguage)> {
    let opened = key.open(value.as_bytes()).ok()?;
    Some((session_of(layout, opened.payload)?, opened.dialect))
}

/// Whether a session can be written to the SDK cookie and be known again by its id. It can when the id was made from
/// the ID token that it has. A session from before the SDK cookie was configured has a random id. An ID token that came
/// with a refresh would give another id.
pub(super) fn may_hold(payload: &SessionPayload) -> bool {
    payload.id_token.as_ref().is_some_and(|id_token| lineage(id_token) == payload.session_id)
}

/// The session that an SDK cookie holds. `None` unless the cookie has an ID token, both tokens name the same user, and
/// both name our environment and our client. Our own format is sealed for one environment and client, but the SDK
/// cookie is not. A session of another application must not be refreshed, ended or deleted here.
fn session_of(layout: &Layout, payload: SdkPayload) -> Option<SessionPayload> {
    let claims = jwt::unverified_claims_for_us(payload.access_token.secret(), Kind::Access, &layout.rules)?;
    let id_token = payload.id_token.as_ref()?;
    let id_claims = jwt::unverified_claims_for_us(id_token.secret(), Kind::Id, &layout.rules)
        .filter(|id| id.subject() == claims.subject())?;
    let refreshed_at = claims.issued_at();
    Some(SessionPayload {
        session_id: lineage(id_token),
        live: NO_MARKER,
        generation: u32::try_from(refreshed_at.as_secs()).ok()?,
        login_at: id_claims.issued_at().min(refreshed_at),
        refreshed_at,
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

/// The id of a session from login to logout: a hash of its ID token. It is the same in every application that shares
/// the session, and differs for every login, because every login brings a new ID token.
pub(super) fn lineage(id_token: &IdToken) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"scalekit-session lineage\0");
    hash.update(id_token.secret());
    let hash: [u8; 32] = hash.finalize().into();
    let [lineage @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash;
    lineage
}
