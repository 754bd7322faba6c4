//! What stands at the head of a sealed session, and what is remembered of a session besides its sealed value.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};

use crate::clock::Timestamp;
use crate::cookie;
use crate::cookie::form::Form;
use crate::error::{Error, Repr};
use crate::id::RefreshKey;
use crate::id::SessionId;
use crate::instance::Instance;
use crate::seal::{SessionPayload, SessionView};
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::session::{Facts, Tokens};
use crate::token::claims::Claims;
use crate::token::jwt::VerifyingKey;
use crate::token::profile::KeptProfile;

/// What stands at the head of a sealed session, before its tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) session_id: SessionId,
    live: [u8; 16],
    pub(crate) generation: u32,
    pub(crate) login_at: Timestamp,
    pub(crate) rotated_at: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) refresh: Option<RefreshKey>,
    spread: u8,
}

impl Head {
    pub(crate) fn of(instance: &Instance, payload: &SessionPayload) -> Self {
        let refresh = payload.refresh_token.as_ref().map(|token| refresh_key(instance, token));
        let SessionPayload { session_id, live, generation, login_at, rotated_at, end, .. } = *payload;
        Self::new(session_id, live, generation, [login_at, rotated_at, end], refresh)
    }

    pub(crate) fn of_view(instance: &Instance, view: &SessionView<'_>) -> Self {
        let refresh = view.refresh_token().map(|token| refresh_key(instance, &token));
        let SessionView { session_id, live, generation, login_at, rotated_at, end, .. } = *view;
        Self::new(session_id, live, generation, [login_at, rotated_at, end], refresh)
    }

    fn new(
        session_id: [u8; 16],
        live: [u8; 16],
        generation: u32,
        [login_at, rotated_at, end]: [Timestamp; 3],
        refresh: Option<RefreshKey>,
    ) -> Self {
        let [spread, ..] = session_id;
        let [round, ..] = generation.to_le_bytes();
        let spread = spread.wrapping_add(round.wrapping_mul(97));
        let session_id = SessionId::from_bytes(session_id);
        Self { session_id, live, generation, login_at, rotated_at, end, refresh, spread }
    }

    /// What the marker cookie must hold.
    pub(crate) fn marker(&self) -> [u8; 22] {
        cookie::marker_value(&self.live)
    }
}

fn refresh_key(instance: &Instance, token: &RefreshToken) -> RefreshKey {
    RefreshKey::new(instance.endpoints.environment_url(), &instance.client.id, token)
}

/// What is remembered of a session besides its sealed value.
#[expect(clippy::too_many_arguments, reason = "they are what a session consists of")]
pub(crate) fn facts(
    instance: &Arc<Instance>,
    form: Form,
    head: Head,
    claims: Claims,
    profile: KeptProfile,
    key: Option<Arc<VerifyingKey>>,
    value: Arc<str>,
    retired: bool,
) -> Facts {
    let life = claims.expires_at().since(claims.issued_at());
    // Whoever knows a cookie secret seals any end; what Scalekit signed bounds it (R42).
    let end = head.end.min(claims.expires_at() + instance.config.policy.leeway);
    Facts {
        form,
        session_id: head.session_id,
        marker: head.marker(),
        generation: head.generation,
        login_at: head.login_at,
        rotated_at: head.rotated_at,
        end,
        soft: instance.config.policy.soft(end, life, head.spread),
        refresh: head.refresh,
        retired,
        key,
        tokens: Arc::new(SealedTokens { instance: Arc::downgrade(instance), form, value }),
        seen_at: AtomicU64::default(),
        claims,
        profile,
    }
}

/// A session's tokens, still sealed. Sessions are remembered by the instance, so they do not hold it.
struct SealedTokens {
    instance: Weak<Instance>,
    form: Form,
    value: Arc<str>,
}

impl Tokens for SealedTokens {
    fn open(&self) -> Result<(AccessToken, Option<IdToken>), Error> {
        let instance = self.instance.upgrade().ok_or(Repr::Unreadable)?;
        let payload = super::open(&instance, self.form, &self.value).ok_or(Repr::Unreadable)?;
        Ok((payload.access_token, payload.id_token))
    }

    fn sealed(&self) -> Option<Arc<str>> {
        Some(Arc::clone(&self.value))
    }
}
