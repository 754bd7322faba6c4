//! A session in our own cookie: everything in one sealed value, within the budget of cookies.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::head::{Head, facts};
use super::{seal_as, too_large};
use crate::cookie::form::Form;
use crate::error::{Error, Repr};
use crate::instance::Instance;
use crate::random::random;
use crate::seal::SessionPayload;
use crate::session::{SealedSession, Session};
use crate::token::claims::Claims;
use crate::token::jwt::VerifyingKey;
use crate::token::profile::KeptProfile;

/// The live value of a session that was in a form without a marker until now.
pub(super) const NO_MARKER: [u8; 16] = [0; 16];

/// Seals a session within its budget of cookies. The ID token goes first when there is too much; the profile in it
/// stays (R15).
pub(super) fn seal(
    instance: &Arc<Instance>,
    mut payload: SessionPayload,
    claims: Claims,
    profile: KeptProfile,
    key: Option<Arc<VerifyingKey>>,
) -> Result<SealedSession, Error> {
    if payload.live == NO_MARKER {
        payload.live = *random().map_err(|_| Repr::Random)?;
        // An ID token that nobody verified stays as the hint for logout, and tells nothing.
        payload.profile = profile.get().is_none().then(|| Zeroizing::new(b"{}".to_vec()));
    }
    payload.beside = None;
    let mut value = seal_as(instance, Form::Whole, &payload)?;
    if request_bytes(instance, &value, &payload, &claims, &profile)? > instance.config.budget
        && payload.id_token.is_some()
    {
        payload.id_token = None;
        payload.profile =
            profile.get().and_then(|profile| serde_json::to_vec(profile).ok()).map(Zeroizing::new);
        value = seal_as(instance, Form::Whole, &payload)?;
        tracing::warn!(user = claims.subject(), "the session is large: its ID token is not kept");
    }
    let cookies = request_bytes(instance, &value, &payload, &claims, &profile)?;
    if cookies > instance.config.budget {
        return Err(too_large(instance, &payload, cookies));
    }
    if cookies * 4 > instance.config.budget * 3 {
        tracing::debug!(
            cookies,
            budget = instance.config.budget,
            "the session takes over 75 % of its cookie budget"
        );
    }
    let value: Arc<str> = value.into();
    let head = Head::of(instance, &payload);
    let session =
        Session::new(facts(instance, Form::Whole, head, claims, profile, key, Arc::clone(&value), false));
    Ok(SealedSession { value, session })
}

/// What the session adds to a request: names, values and separators of data and marker.
fn request_bytes(
    instance: &Instance,
    value: &str,
    payload: &SessionPayload,
    claims: &Claims,
    profile: &KeptProfile,
) -> Result<usize, Error> {
    if instance.is_split() {
        return super::split::request_bytes(instance, payload, claims, profile);
    }
    Ok(data_bytes(instance.names.data(), value) + marker_bytes(instance))
}

/// A sealed value in its data cookie and chunks.
pub(super) fn data_bytes(name: &str, value: &str) -> usize {
    const PIECE: usize = 3900;
    let pieces = value.len().div_ceil(PIECE);
    value.len() + pieces * (name.len() + "; .1=".len())
}

pub(super) fn marker_bytes(instance: &Instance) -> usize {
    const MARKER: usize = 22;
    instance.names.marker().len() + MARKER + 3
}
