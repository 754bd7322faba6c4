//! What a request's cookies show: data that opens, with its marker, and whether its access token verifies.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::cookie::{self, RequestCookies, Sealed};
use crate::core::Core;
use crate::decide::{Evidence, SessionEvidence, Standing, Token};
use crate::jwt::{self, Verdict};
use crate::profile::Profile;
use crate::request::RequestView;
use crate::seal::{Purpose, SessionPayload, SessionView};
use crate::sealing;
use crate::session::{Facts, Session};

/// A session that a request shows with its marker.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) session: Session,
    /// Its tokens, for verification, refresh and logout.
    pub(crate) payload: SessionPayload,
    pub(crate) value: Arc<str>,
}

/// What is known of a session now, for the decision.
pub(crate) fn evidence(core: &Core, session: &Session, token: Token, now: Timestamp) -> SessionEvidence {
    let facts = session.facts();
    let in_question = now >= facts.soft || token == Token::StillUnknown;
    let refresh = match &facts.refresh {
        None => Standing::None,
        Some(key) if in_question => core.refreshes.standing(key, now),
        Some(_) => Standing::Ready,
    };
    SessionEvidence {
        ended: core.ended.get(&facts.session_id),
        login_at: facts.login_at,
        rotated_at: facts.rotated_at,
        end: facts.end,
        soft: facts.soft,
        refresh,
        token,
    }
}

/// What a request shows: a session remembered, or one opened just now.
pub(crate) struct Found {
    pub(crate) session: Session,
    fresh: Option<Fresh>,
}

/// A session that this process has not seen before.
struct Fresh {
    payload: SessionPayload,
    value: Arc<str>,
}

impl Found {
    /// How its access token stands before anybody verifies it.
    pub(crate) fn token(&self, core: &Core, now: Timestamp) -> Token {
        let published = |key| core.keys.snapshot(now).publishes(key);
        match &self.session.facts().key {
            Some(key) if self.fresh.is_none() && published(key) => Token::Valid,
            _ => Token::Unchecked,
        }
    }

    /// Checks signature, kind, issuer and audience, and remembers a session that passes.
    pub(crate) fn verify(&mut self, core: &Arc<Core>, now: Timestamp) -> Token {
        let session = self.session.clone();
        let Some(fresh) = self.fresh(core) else {
            return Token::Invalid;
        };
        let (token, verified) = verify(core, &fresh.payload, &fresh.value, &session, now);
        self.session = verified.unwrap_or(session);
        token
    }

    fn fresh(&mut self, core: &Core) -> Option<&Fresh> {
        if self.fresh.is_none() {
            let value = self.session.facts().tokens.sealed()?;
            self.fresh = sealing::open(core, &value).map(|payload| Fresh { payload, value });
        }
        self.fresh.as_ref()
    }

    pub(crate) fn into_shown(mut self, core: &Core) -> Option<Shown> {
        self.fresh(core)?;
        let Fresh { payload, value } = self.fresh?;
        Some(Shown { session: self.session, payload, value })
    }
}

/// Verifies a sealed access token with the keys at hand. A session that passes is remembered.
pub(crate) fn verify(
    core: &Arc<Core>,
    payload: &SessionPayload,
    value: &Arc<str>,
    session: &Session,
    now: Timestamp,
) -> (Token, Option<Session>) {
    let keys = core.keys.snapshot(now);
    match jwt::verify_session_token(payload.access_token.secret(), &keys, &core.rules, now) {
        Verdict::Valid { claims, key } => {
            let facts = session.facts();
            let (profile, retired) = (facts.profile.clone(), facts.retired);
            let facts = sealing::facts(core, payload, claims, profile, Some(key), Arc::clone(value), retired);
            let session = Session::new(facts);
            core.opened.insert(Arc::clone(value), session.clone());
            (Token::Valid, Some(session))
        }
        Verdict::UnknownKey { .. } => (Token::UnknownKey, None),
        Verdict::NotYet => {
            tracing::warn!(target: "scalekit_session::security", "an access token is from the future: check this machine's clock");
            (Token::NotYet, None)
        }
        Verdict::Expired => (Token::Invalid, None),
        Verdict::Invalid(reason) => {
            tracing::warn!(target: "scalekit_session::security", %reason, "a sealed access token does not verify");
            (Token::Invalid, None)
        }
    }
}

/// The session among the request's cookies: data that opens, with its marker. Of duplicates the newest login counts;
/// two users at once are nobody.
pub(crate) fn find<'a>(core: &Arc<Core>, cookies: &RequestCookies<'_>) -> Result<Found, Evidence<'a>> {
    let unmarked = cookies.markers().next().is_none();
    let mut best: Option<Found> = None;
    let mut unmarked_at: Option<Timestamp> = None;
    for sealed in cookies.candidates() {
        let Some(found) = open(core, &sealed) else {
            continue;
        };
        let facts = found.session.facts();
        if unmarked {
            unmarked_at = unmarked_at.max(Some(facts.rotated_at));
            continue;
        }
        if !cookies.markers().filter_map(cookie::parse_marker).any(|marker| marker.ct_eq(&facts.live).into())
        {
            continue;
        }
        match &best {
            None => best = Some(found),
            Some(other) if other.session.user_id() != found.session.user_id() => {
                tracing::warn!(target: "scalekit_session::security", "two users' sessions in one request: neither is served");
                return Err(Evidence::Unreadable);
            }
            Some(other) if newer(facts, other.session.facts()) => best = Some(found),
            Some(_) => {}
        }
    }
    match best {
        Some(found) => Ok(found),
        None if unmarked => Err(Evidence::NoMarker { sealed_at: unmarked_at }),
        None => Err(Evidence::Unreadable),
    }
}

fn newer(this: &Facts, other: &Facts) -> bool {
    (this.login_at, this.generation) > (other.login_at, other.generation)
}

/// Looks a sealed value up, or opens it.
fn open(core: &Arc<Core>, sealed: &Sealed<'_>) -> Option<Found> {
    if let Some(session) = core.opened.get(sealed) {
        return Some(Found { session, fresh: None });
    }
    let value: Arc<str> = sealed.join().into();
    let opened = core.keyring.open(Purpose::Session, core.names.data(), &*value).ok()?;
    let view = SessionView::parse(&opened.plaintext).ok()?;
    let payload = view.to_payload();
    let claims = view
        .access_claims()
        .map_or_else(|| jwt::unverified_claims(payload.access_token.secret()), Claims::unverified)?;
    let profile = profile(&view);
    let facts = sealing::facts(core, &payload, claims, profile, None, Arc::clone(&value), opened.retired);
    Some(Found { session: Session::new(facts), fresh: Some(Fresh { payload, value }) })
}

/// The profile as the ID token tells it, or as it was kept when the ID token had to go.
fn profile(view: &SessionView<'_>) -> Option<Profile> {
    match view.profile {
        Some(kept) => serde_json::from_slice(kept).ok(),
        None => Profile::from_id_token(view.id_claims()?),
    }
}

/// The session that a request shows, for logout and login, whatever its token's age.
pub(crate) fn shown(core: &Arc<Core>, request: &RequestView<'_>) -> Option<Shown> {
    let cookies = RequestCookies::gather(request.headers, &core.names);
    let mut found = find(core, &cookies).ok()?;
    found.fresh(core)?;
    found.into_shown(core)
}
