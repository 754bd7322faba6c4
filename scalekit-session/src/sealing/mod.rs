//! From tokens to a sealed session: what it consists of, and in which form its cookies hold it.

mod cookies;
mod head;
mod official;
mod split;
mod whole;

use std::sync::Arc;

pub(crate) use self::cookies::{Showing, all_removals, login_cookies, removals, renewed_cookies};
pub(crate) use self::head::{Head, facts};
pub(crate) use self::official::{may_be_shared, verified_profile};
pub(crate) use self::split::{access_age, fresh_until, key_id};
use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::core::Core;
use crate::error::{Error, Repr};
use crate::form::Form;
use crate::grant::Grant;
use crate::jwt::VerifyingKey;
use crate::profile::KeptProfile;
use crate::random::random;
use crate::seal::SessionPayload;
use crate::session::SealedSession;

/// Seals what a login brought: a new session id, a new live marker, generation 0 (R27).
pub(crate) fn login(
    core: &Arc<Core>,
    grant: &Grant,
    flow: [u8; 8],
    now: Timestamp,
) -> Result<SealedSession, Error> {
    if grant.claims.session_id().is_none() {
        return Err(Repr::NotASession("sid").into());
    }
    // Where sessions move between the forms they are named by what they keep, so that a logout in one ends both.
    let lineage = grant.id_token.as_ref().filter(|_| core.official.is_some()).map(official::lineage);
    let payload = SessionPayload {
        session_id: match lineage {
            Some(lineage) => lineage,
            None => *random().map_err(|_| Repr::Random)?,
        },
        live: *random().map_err(|_| Repr::Random)?,
        generation: 0,
        login_at: now,
        rotated_at: now,
        end: end(core, &grant.claims, now),
        unverified: false,
        flow,
        access_token: grant.access_token.clone(),
        refresh_token: grant.refresh_token.clone(),
        id_token: grant.id_token.clone(),
        profile: None,
        identity: None,
        beside: None,
    };
    seal(core, core.form(), payload, grant.claims.clone(), grant.profile.clone().into(), None)
}

/// When tokens received now are over.
pub(crate) fn end(core: &Core, claims: &Claims, received_at: Timestamp) -> Timestamp {
    core.config.policy.end(received_at, claims.issued_at(), claims.expires_at())
}

/// Seals a session in that form; in that of our own cookie for the split layout, whose cookies are made of it when they
/// are written.
pub(crate) fn seal(
    core: &Arc<Core>,
    form: Form,
    payload: SessionPayload,
    claims: Claims,
    profile: KeptProfile,
    key: Option<Arc<VerifyingKey>>,
) -> Result<SealedSession, Error> {
    match form {
        Form::Whole | Form::Access | Form::Refresh | Form::Identity => {
            whole::seal(core, payload, claims, profile, key)
        }
        Form::Official => official::seal(core, payload, claims, profile, key),
    }
}

/// Opens a sealed session that this instance has seen before.
pub(crate) fn open(core: &Core, form: Form, value: &str) -> Option<SessionPayload> {
    match form {
        Form::Whole => whole::open(core, value),
        Form::Official => official::open(core, value),
        Form::Access | Form::Refresh | Form::Identity => split::open(core, form, value),
    }
}
