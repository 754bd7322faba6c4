//! [`Head`]: the ids and times at the beginning of a sealed session. From it come the [`Facts`] that a process keeps of
//! a session.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::Layout;
use super::content::Content;
use crate::clock::Timestamp;
use crate::cookie::{self, Holder};
use crate::error::{Error, Repr};
use crate::id::RefreshKey;
use crate::id::SessionId;
use crate::seal::{SessionPayload, SessionView};
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::session::{Facts, Tokens};

/// The ids and times at the beginning of a sealed session, before its tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) session_id: SessionId,
    live: [u8; 16],
    pub(crate) generation: u32,
    pub(crate) login_at: Timestamp,
    pub(crate) refreshed_at: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) refresh: Option<RefreshKey>,
    /// A number by which sessions that began together become due at different times.
    spread: u8,
}

impl Head {
    pub(crate) fn of(layout: &Layout, payload: &SessionPayload) -> Self {
        let refresh = payload.refresh_token.as_ref().map(|token| refresh_key(layout, token));
        let SessionPayload { session_id, live, generation, login_at, refreshed_at, end, .. } = *payload;
        Self::new(session_id, live, generation, [login_at, refreshed_at, end], refresh)
    }

    pub(crate) fn of_view(layout: &Layout, view: &SessionView<'_>) -> Self {
        let refresh = view.refresh_token().map(|token| refresh_key(layout, &token));
        let SessionView { session_id, live, generation, login_at, refreshed_at, end, .. } = *view;
        Self::new(session_id, live, generation, [login_at, refreshed_at, end], refresh)
    }

    fn new(
        session_id: [u8; 16],
        live: [u8; 16],
        generation: u32,
        [login_at, refreshed_at, end]: [Timestamp; 3],
        refresh: Option<RefreshKey>,
    ) -> Self {
        let [spread, ..] = session_id;
        let [round, ..] = generation.to_le_bytes();
        let spread = spread.wrapping_add(round.wrapping_mul(97));
        let session_id = SessionId::from_bytes(session_id);
        Self { session_id, live, generation, login_at, refreshed_at, end, refresh, spread }
    }

    /// The value that the session's marker cookie must have.
    pub(crate) fn marker(&self) -> [u8; 22] {
        cookie::marker_value(&self.live)
    }
}

fn refresh_key(layout: &Layout, token: &RefreshToken) -> RefreshKey {
    RefreshKey::new(&layout.issuer, &layout.client_id, token)
}

impl Layout {
    /// The facts of a session. `retired` says that the cookie secret that sealed it no longer seals.
    pub(crate) fn facts(
        self: &Arc<Self>,
        holder: Holder,
        value: Arc<str>,
        retired: bool,
        head: Head,
        content: Content,
    ) -> Facts {
        let Content { claims, profile, key } = content;
        let life = claims.expires_at().since(claims.issued_at());
        // An attacker who knows a cookie secret can seal any end. The `exp` that Scalekit signed limits it (R42).
        let end = head.end.min(claims.expires_at() + self.policy.leeway);
        Facts {
            holder,
            session_id: head.session_id,
            marker: head.marker(),
            generation: head.generation,
            login_at: head.login_at,
            refreshed_at: head.refreshed_at,
            end,
            due_at: self.policy.refresh_due_at(end, life, head.spread),
            refresh: head.refresh,
            retired,
            key,
            tokens: Arc::new(SealedTokens { layout: Arc::clone(self), holder, value }),
            seen_at: AtomicU64::default(),
            claims,
            profile,
        }
    }
}

/// The tokens of a session, still sealed.
struct SealedTokens {
    layout: Arc<Layout>,
    holder: Holder,
    value: Arc<str>,
}

impl Tokens for SealedTokens {
    fn open(&self) -> Result<(AccessToken, Option<IdToken>), Error> {
        let payload = self.layout.open(self.holder, &self.value).ok_or(Repr::Unreadable)?;
        Ok((payload.access_token, payload.id_token))
    }

    fn sealed(&self) -> Option<Arc<str>> {
        Some(Arc::clone(&self.value))
    }
}
