//! The layout "one cookie": the whole session in one sealed value, within the cookie budget.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::content::Content;
use super::head::Head;
use super::{Kind, Layout, split};
use crate::cookie::Holder;
use crate::error::{Error, Repr};
use crate::event::Event;
use crate::random::random;
use crate::seal::SessionPayload;
use crate::session::{SealedSession, Session};

/// The live value of a session that comes from a cookie without a marker: the SDK cookie.
pub(super) const NO_MARKER: [u8; 16] = [0; 16];

/// Seals a session within the cookie budget. A session that is too large loses its ID token; the profile from the ID
/// token stays (R15).
pub(super) fn seal(
    layout: &Arc<Layout>,
    mut payload: SessionPayload,
    content: Content,
) -> Result<SealedSession, Error> {
    let profile = &content.profile;
    if payload.live == NO_MARKER {
        payload.live = *random().map_err(|_| Repr::Random)?;
        // An ID token that was never verified stays as the hint for logout, but its profile is not used.
        payload.profile = profile.get().is_none().then(|| Zeroizing::new(b"{}".to_vec()));
    }
    payload.beside = None;
    let mut value = layout.seal_for(Holder::OneCookie, &payload)?;
    if request_bytes(layout, &value, &payload, &content)? > layout.budget && payload.id_token.is_some() {
        payload.id_token = None;
        payload.profile =
            profile.get().and_then(|profile| serde_json::to_vec(profile).ok()).map(Zeroizing::new);
        value = layout.seal_for(Holder::OneCookie, &payload)?;
        Event::IdTokenDropped { user: content.claims.subject() }.emit_unlimited();
    }
    let cookies = request_bytes(layout, &value, &payload, &content)?;
    if cookies > layout.budget {
        return Err(layout.too_large(&payload, cookies));
    }
    if cookies * 4 > layout.budget * 3 {
        Event::NearBudget { cookies, budget: layout.budget }.emit_unlimited();
    }
    let value: Arc<str> = value.into();
    let head = Head::of(layout, &payload);
    let facts = layout.facts(Holder::OneCookie, Arc::clone(&value), false, head, content);
    Ok(SealedSession { value, session: Session::new(facts) })
}

/// How many bytes the session adds to a request: names, values and separators of data and marker. In the split layout,
/// how many it adds to the request that carries most of it.
fn request_bytes(
    layout: &Layout,
    value: &str,
    payload: &SessionPayload,
    content: &Content,
) -> Result<usize, Error> {
    match layout.kind {
        Kind::OneCookie { .. } | Kind::Shared { .. } => {
            Ok(data_bytes(layout.names.data(), value) + marker_bytes(layout))
        }
        Kind::Split => split::request_bytes(layout, payload, content),
    }
}

/// The bytes of a sealed value in its data cookie and chunks.
pub(super) fn data_bytes(name: &str, value: &str) -> usize {
    const PIECE: usize = 3900;
    let pieces = value.len().div_ceil(PIECE);
    value.len() + pieces * (name.len() + "; .1=".len())
}

pub(super) fn marker_bytes(layout: &Layout) -> usize {
    const MARKER: usize = 22;
    layout.names.marker().len() + MARKER + 3
}
