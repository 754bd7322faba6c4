//! From tokens to a sealed session: what it consists of, and in which form its cookies hold it.

mod cookies;
mod head;
mod one_cookie;
mod shared;
mod showing;
mod split;

use std::sync::Arc;

pub(crate) use self::cookies::{all_removals, login_cookies, removals, renewed_cookies};
pub(crate) use self::head::{Head, facts};
pub(crate) use self::shared::{may_be_shared, verified_profile};
pub(crate) use self::showing::{Beside, Showing};
pub(crate) use self::split::{access_age, fresh_until, key_id};
use crate::clock::Timestamp;
use crate::cookie::form::Form;
use crate::error::{Error, Repr, Sizes};
use crate::instance::Instance;
use crate::random::random;
use crate::seal::{Opened, Purpose, SealError, SessionPayload};
use crate::session::SealedSession;
use crate::session::grant::Grant;
use crate::token::claims::Claims;
use crate::token::jwt::VerifyingKey;
use crate::token::profile::KeptProfile;

/// Seals what a login brought: a new session id, a new live marker, generation 0 (R27).
pub(crate) fn login(instance: &Arc<Instance>, grant: &Grant, now: Timestamp) -> Result<SealedSession, Error> {
    if grant.claims.session_id().is_none() {
        return Err(Repr::NotASession("sid").into());
    }
    // Where sessions move between the forms they are named by what they keep, so that a logout in one ends both.
    let lineage = grant.id_token.as_ref().filter(|_| instance.official.is_some()).map(shared::lineage);
    let payload = SessionPayload {
        session_id: match lineage {
            Some(lineage) => lineage,
            None => *random().map_err(|_| Repr::Random)?,
        },
        live: *random().map_err(|_| Repr::Random)?,
        generation: 0,
        login_at: now,
        rotated_at: now,
        end: end(instance, &grant.claims, now),
        unverified: false,
        access_token: grant.access_token.clone(),
        refresh_token: grant.refresh_token.clone(),
        id_token: grant.id_token.clone(),
        profile: None,
        identity: None,
        beside: None,
    };
    seal(instance, instance.form(), payload, grant.claims.clone(), grant.profile.clone().into(), None)
}

/// When tokens received now are over.
pub(crate) fn end(instance: &Instance, claims: &Claims, received_at: Timestamp) -> Timestamp {
    instance.config.policy.end(received_at, claims.issued_at(), claims.expires_at())
}

/// Seals a session in that form; in that of our own cookie for the split layout, whose cookies are made of it when they
/// are written.
pub(crate) fn seal(
    instance: &Arc<Instance>,
    form: Form,
    payload: SessionPayload,
    claims: Claims,
    profile: KeptProfile,
    key: Option<Arc<VerifyingKey>>,
) -> Result<SealedSession, Error> {
    match form {
        Form::Whole | Form::Access | Form::Refresh | Form::Identity => {
            one_cookie::seal(instance, payload, claims, profile, key)
        }
        Form::Official => shared::seal(instance, payload, claims, profile, key),
    }
}

/// Opens a sealed session that this instance has seen before.
pub(crate) fn open(instance: &Instance, form: Form, value: &str) -> Option<SessionPayload> {
    match form {
        Form::Official => shared::open(instance, value),
        own => SessionPayload::decode(&unseal(instance, own, value)?.plaintext).ok(),
    }
}

/// Opens a value of our own format, under the name of its form.
pub(crate) fn unseal(instance: &Instance, form: Form, value: &str) -> Option<Opened> {
    instance.keyring.open(Purpose::Session, instance.names.of(form)?.name(), value).ok()
}

/// Seals in our own format, under the name of that form.
fn seal_as(instance: &Instance, form: Form, payload: &SessionPayload) -> Result<String, Error> {
    let names = instance.names.of(form).ok_or(Repr::Unreadable)?;
    let sealed = instance.keyring.seal(Purpose::Session, names.name(), &payload.encode());
    sealed.map_err(|error| match error {
        SealError::TooLong { bytes } => too_large(instance, payload, bytes),
        SealError::NoRandomness | SealError::Cipher => Repr::Random.into(),
    })
}

/// Our own format or its cookies do not hold the session, which takes `cookies` bytes.
fn too_large(instance: &Instance, payload: &SessionPayload, cookies: usize) -> Error {
    Repr::TooLarge(Sizes {
        cookies,
        budget: instance.config.budget,
        access_token: payload.access_token.secret().len(),
        refresh_token: payload.refresh_token.as_ref().map_or(0, |token| token.secret().len()),
        profile: payload.profile.as_ref().map_or(0, |profile| profile.len()),
    })
    .into()
}
