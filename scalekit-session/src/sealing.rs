//! From tokens to cookies: what a session consists of, and how much room it may take.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::cookie::{self, ChunkSet, SetCookie};
use crate::core::Core;
use crate::error::{Error, Repr, Sizes};
use crate::grant::Grant;
use crate::id::SessionId;
use crate::jwt::VerifyingKey;
use crate::profile::KeptProfile;
use crate::random::random;
use crate::refresh::RefreshKey;
use crate::seal::{Purpose, SessionPayload, SessionView};
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::session::{Facts, SealedSession, Session, Tokens};

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
    let payload = SessionPayload {
        session_id: *random().map_err(|_| Repr::Random)?,
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
    };
    seal(core, payload, grant.claims.clone(), grant.profile.clone().into(), None)
}

/// When tokens received now are over.
pub(crate) fn end(core: &Core, claims: &Claims, received_at: Timestamp) -> Timestamp {
    core.config.policy.end(received_at, claims.issued_at(), claims.expires_at())
}

/// Seals a session within its budget of cookies. The ID token goes first when there is too much; the profile in it
/// stays (R15).
pub(crate) fn seal(
    core: &Arc<Core>,
    mut payload: SessionPayload,
    claims: Claims,
    profile: KeptProfile,
    key: Option<Arc<VerifyingKey>>,
) -> Result<SealedSession, Error> {
    let mut value = seal_payload(core, &payload)?;
    if request_bytes(core, &value) > core.config.budget && payload.id_token.is_some() {
        payload.id_token = None;
        payload.profile =
            profile.get().and_then(|profile| serde_json::to_vec(profile).ok()).map(Zeroizing::new);
        value = seal_payload(core, &payload)?;
        tracing::warn!(user = claims.subject(), "the session is large: its ID token is not kept");
    }
    let cookies = request_bytes(core, &value);
    if cookies > core.config.budget {
        return Err(Repr::TooLarge(Sizes {
            cookies,
            budget: core.config.budget,
            access_token: payload.access_token.secret().len(),
            refresh_token: payload.refresh_token.as_ref().map_or(0, |token| token.secret().len()),
            profile: payload.profile.as_ref().map_or(0, |profile| profile.len()),
        })
        .into());
    }
    if cookies * 4 > core.config.budget * 3 {
        tracing::debug!(
            cookies,
            budget = core.config.budget,
            "the session takes over 75 % of its cookie budget"
        );
    }
    let value: Arc<str> = value.into();
    let head = Head::of(core, &payload);
    let session = Session::new(facts(core, head, claims, profile, key, Arc::clone(&value), false));
    Ok(SealedSession { value, session })
}

fn seal_payload(core: &Core, payload: &SessionPayload) -> Result<String, Error> {
    let sealed = core.keyring.seal(Purpose::Session, core.names.data(), &payload.encode());
    sealed.map_err(|_| Repr::Random.into())
}

/// What the session adds to each request: names, values and separators of data and marker.
fn request_bytes(core: &Core, value: &str) -> usize {
    const MARKER: usize = 22;
    const PIECE: usize = 3900;
    let pieces = value.len().div_ceil(PIECE);
    let name = core.names.data().len() + "; .1=".len();
    value.len() + pieces * name + core.names.marker().len() + MARKER + 3
}

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
    pub(crate) fn of(core: &Core, payload: &SessionPayload) -> Self {
        let refresh = payload.refresh_token.as_ref().map(|token| refresh_key(core, token));
        let SessionPayload { session_id, live, generation, login_at, rotated_at, end, .. } = *payload;
        Self::new(session_id, live, generation, [login_at, rotated_at, end], refresh)
    }

    pub(crate) fn of_view(core: &Core, view: &SessionView<'_>) -> Self {
        let refresh = view.refresh_token().map(|token| refresh_key(core, &token));
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

fn refresh_key(core: &Core, token: &RefreshToken) -> RefreshKey {
    RefreshKey::new(core.endpoints.environment_url(), &core.client.id, token)
}

/// What is remembered of a session besides its sealed value.
pub(crate) fn facts(
    core: &Arc<Core>,
    head: Head,
    claims: Claims,
    profile: KeptProfile,
    key: Option<Arc<VerifyingKey>>,
    value: Arc<str>,
    retired: bool,
) -> Facts {
    let life = claims.expires_at().since(claims.issued_at());
    // Whoever knows a cookie secret seals any end; what Scalekit signed bounds it (R42).
    let end = head.end.min(claims.expires_at() + core.config.policy.leeway);
    Facts {
        session_id: head.session_id,
        marker: head.marker(),
        generation: head.generation,
        login_at: head.login_at,
        rotated_at: head.rotated_at,
        end,
        soft: core.config.policy.soft(end, life, head.spread),
        refresh: head.refresh,
        retired,
        key,
        tokens: Arc::new(SealedTokens { core: Arc::downgrade(core), value }),
        seen_at: AtomicU64::default(),
        claims,
        profile,
    }
}

/// The cookies of a new login, marker first.
pub(crate) fn login_cookies(
    core: &Core,
    sealed: &SealedSession,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    let facts = sealed.session.facts();
    let life = Some(core.config.policy.absolute_limit);
    let mut cookies = vec![core.spec.set(core.names.marker(), &String::from_utf8_lossy(&facts.marker), life)];
    cookies.extend(data_cookies(core, &sealed.value, facts.login_at, now)?);
    Ok(cookies)
}

/// The data cookies of a session, which live no longer than it may (R28).
pub(crate) fn data_cookies(
    core: &Core,
    value: &str,
    login_at: Timestamp,
    now: Timestamp,
) -> Result<Vec<SetCookie>, Error> {
    let left = (login_at + core.config.policy.absolute_limit).since(now).max(Duration::from_secs(1));
    cookie::split(&core.spec, &core.names, value, Some(left)).map_err(|_| {
        let budget = core.config.budget;
        Repr::TooLarge(Sizes { cookies: value.len(), budget, access_token: 0, refresh_token: 0, profile: 0 })
            .into()
    })
}

/// The removal of the chunks that a request showed and `kept` pieces do not overwrite.
pub(crate) fn stale_chunks(
    core: &Core,
    shown: ChunkSet,
    kept: usize,
) -> impl Iterator<Item = SetCookie> + use<'_> {
    cookie::clear(&core.spec, &core.names, shown.intersection(ChunkSet::beyond(kept)))
}

/// A session's tokens, still sealed. Sessions are remembered by the instance, so they do not hold it.
struct SealedTokens {
    core: Weak<Core>,
    value: Arc<str>,
}

impl Tokens for SealedTokens {
    fn open(&self) -> Result<(AccessToken, Option<IdToken>), Error> {
        let core = self.core.upgrade().ok_or(Repr::Unreadable)?;
        let payload = open(&core, &self.value).ok_or(Repr::Unreadable)?;
        Ok((payload.access_token, payload.id_token))
    }

    fn sealed(&self) -> Option<Arc<str>> {
        Some(Arc::clone(&self.value))
    }
}

/// Opens a sealed session that this instance has seen before.
pub(crate) fn open(core: &Core, value: &str) -> Option<SessionPayload> {
    let opened = core.keyring.open(Purpose::Session, core.names.data(), value).ok()?;
    SessionPayload::decode(&opened.plaintext).ok()
}
