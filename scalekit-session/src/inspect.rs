//! From a request's cookies to evidence, and from evidence to a decision. Synchronous; nothing here waits.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::config::Reach;
use crate::cookie::{self, ChunkSet, RequestCookies, Sealed, SetCookie};
use crate::core::Core;
use crate::decide::{self, Cookies, Decision, Evidence, SessionEvidence, Standing, Token, Way};
use crate::jwt::{self, Verdict};
use crate::loopback::is_loopback_authority;
use crate::manager::{Inspection, Resolution, State, Write, WriteOf};
use crate::navigation;
use crate::origin;
use crate::profile::Profile;
use crate::request::RequestView;
use crate::seal::{Purpose, SessionPayload, SessionView};
use crate::sealing;
use crate::session::{Facts, Session};
use crate::settle;

/// Looks at a request. What can be decided without Scalekit is decided here.
pub(crate) fn inspect(core: &Arc<Core>, request: &RequestView<'_>, now: Timestamp) -> Inspection {
    let way = way(request);
    if way.preflight {
        return settled(State::Anonymous);
    }
    if is_misdirected(core, request) {
        return settled(State::Misdirected);
    }
    let cookies = RequestCookies::gather(request.headers, &core.names);
    if !cookies.has_data() {
        return without_session(core, way, Evidence::NoData, now);
    }
    if origin::is_cross_origin(request, &core.config.origins) {
        tracing::warn!(target: "scalekit_session::security", method = request.method, "a cross-origin request was refused");
        return settled(State::CrossOrigin);
    }
    match find(core, &cookies) {
        Ok(found) => decide(core, request, found, cookies.own_chunks(), now),
        Err(evidence) => without_session(core, way, evidence, now),
    }
}

fn without_session(core: &Core, way: Way, evidence: Evidence<'_>, now: Timestamp) -> Inspection {
    match decide::decide(way, evidence, &core.config.policy, now) {
        Decision::Nobody(Cookies::Delete) => Inspection::Settled(nobody(core, None, true)),
        _ => settled(State::Anonymous),
    }
}

/// How a request that waits asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) way: Way,
    pub(crate) chunks: ChunkSet,
    /// A `GET` that loads a page.
    pub(crate) navigation: bool,
}

/// A session that a request shows with its marker.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) session: Session,
    /// Its tokens, for verification, refresh and logout.
    pub(crate) payload: SessionPayload,
    pub(crate) value: Arc<str>,
}

fn decide(
    core: &Arc<Core>,
    request: &RequestView<'_>,
    mut found: Found,
    chunks: ChunkSet,
    now: Timestamp,
) -> Inspection {
    let way = way(request);
    core.keys.refresh(now);
    let mut token = found.token(core, now);
    loop {
        let evidence = evidence(core, &found.session, token, now);
        match decide::decide(way, Evidence::Session(&evidence), &core.config.policy, now) {
            Decision::Serve => {
                return Inspection::Settled(serve(core, &found.session, now));
            }
            Decision::Verify => token = found.verify(core, now),
            Decision::Nobody(cookies) => {
                let racing = matches!(evidence.refresh, Standing::Rejected { .. }) && is_navigation(request);
                let resolution = nobody(core, Some(&found.session), cookies == Cookies::Delete);
                return Inspection::Settled(asking_again(core, resolution, &found.session, racing));
            }
            Decision::Unavailable { retry_after } => {
                return settled(State::Unavailable { retry_after });
            }
            waiting @ (Decision::NeedKeys | Decision::Refresh(_)) => {
                let Some(shown) = found.into_shown(core) else {
                    return settled(State::Anonymous);
                };
                let asked = Asked { way, chunks, navigation: is_navigation(request) };
                return Inspection::Pending(settle::settle(core, asked, shown, token, waiting));
            }
        }
    }
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
struct Found {
    session: Session,
    fresh: Option<Fresh>,
}

/// A session that this process has not seen before.
struct Fresh {
    payload: SessionPayload,
    value: Arc<str>,
}

impl Found {
    /// How its access token stands before anybody verifies it.
    fn token(&self, core: &Core, now: Timestamp) -> Token {
        let published = |key| core.keys.snapshot(now).publishes(key);
        match &self.session.facts().key {
            Some(key) if self.fresh.is_none() && published(key) => Token::Valid,
            _ => Token::Unchecked,
        }
    }

    /// Checks signature, kind, issuer and audience, and remembers a session that passes.
    fn verify(&mut self, core: &Arc<Core>, now: Timestamp) -> Token {
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

    fn into_shown(mut self, core: &Core) -> Option<Shown> {
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
fn find<'a>(core: &Arc<Core>, cookies: &RequestCookies<'_>) -> Result<Found, Evidence<'a>> {
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

/// A session that may be served.
pub(crate) fn serve(core: &Arc<Core>, session: &Session, now: Timestamp) -> Resolution {
    session.see(now);
    let mut resolution = Resolution::new(State::Active(session.clone()));
    let facts = session.facts();
    if facts.retired && facts.refresh.is_none() {
        resolution.write = reseal(core, session, now);
    }
    resolution
}

/// A session without a refresh token never rotates, so a retired cookie secret is left here (R36).
fn reseal(core: &Arc<Core>, session: &Session, now: Timestamp) -> Option<Box<Write>> {
    let facts = session.facts();
    let payload = sealing::open(core, &facts.tokens.sealed()?)?;
    let sealed =
        sealing::seal(core, payload, facts.claims.clone(), facts.profile.clone(), facts.key.clone()).ok()?;
    let cookies = sealing::data_cookies(core, &sealed.value, facts.login_at, now).ok()?;
    let of = WriteOf { session_id: facts.session_id, generation: facts.generation, deletes: false };
    Some(Box::new(Write { cookies, of: Some(of) }))
}

/// Nobody; with the removal of marker and data when the rule says so.
pub(crate) fn nobody(core: &Core, session: Option<&Session>, delete: bool) -> Resolution {
    let mut resolution = Resolution::new(State::Anonymous);
    if delete {
        let of = session.map(|session| {
            let facts = session.facts();
            WriteOf { session_id: facts.session_id, generation: facts.generation, deletes: true }
        });
        resolution.write = Some(Box::new(Write { cookies: removals(core), of }));
    }
    resolution
}

/// A token refused moments ago may have lost a race whose winner's cookies are on their way: a page load asks once
/// more before it is sent to login (16a).
pub(crate) fn asking_again(
    core: &Core,
    mut resolution: Resolution,
    session: &Session,
    racing: bool,
) -> Resolution {
    let again = |key| core.refreshes.may_ask_again(key);
    resolution.racing =
        racing && resolution.write.is_none() && session.facts().refresh.as_ref().is_some_and(again);
    resolution
}

fn is_navigation(request: &RequestView<'_>) -> bool {
    request.method == "GET" && navigation::client(request) == navigation::Client::Navigation
}

/// Marker and the whole range of data, whatever the request carried (R17).
pub(crate) fn removals(core: &Core) -> Vec<SetCookie> {
    let mut cookies = vec![core.spec.remove(core.names.marker())];
    cookies.extend(cookie::clear(&core.spec, &core.names, ChunkSet::ALL));
    cookies
}

pub(crate) fn way(request: &RequestView<'_>) -> Way {
    Way {
        preflight: request.method == "OPTIONS",
        writable: request.writable,
        early: request.method != "HEAD" && !navigation::is_prefetch(request),
    }
}

/// The session that a request shows, for logout and login, whatever its token's age.
pub(crate) fn shown(core: &Arc<Core>, request: &RequestView<'_>) -> Option<Shown> {
    let cookies = RequestCookies::gather(request.headers, &core.names);
    let mut found = find(core, &cookies).ok()?;
    found.fresh(core)?;
    found.into_shown(core)
}

/// Sessions over plain `http` are for this machine: a request for another host name is somebody's trick, or a
/// deployment that was meant to be secure.
pub(crate) fn is_misdirected(core: &Core, request: &RequestView<'_>) -> bool {
    let named = request.authority.or_else(|| request.header("host"));
    core.config.redirect.reach == Reach::Loopback && !named.is_none_or(is_loopback_authority)
}

fn settled(state: State) -> Inspection {
    Inspection::Settled(Resolution::new(state))
}
