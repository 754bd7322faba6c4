//! Makes a session of a sealed value: looks the value up among those opened before, or opens it, and verifies its
//! access token.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::cookie::{Holder, Part};
use crate::event::Event;
use crate::id::{RefreshKey, SessionId};
use crate::instance::Instance;
use crate::layout::{self, Content, Head};
use crate::rules::decide::{SessionEvidence, Standing, Token};
use crate::seal::{MAX_TEXT, Sealed, SessionPayload, SessionView};
use crate::secret::IdToken;
use crate::session::{Facts, Session};
use crate::token::claims::Claims;
use crate::token::jwt::{self, Expected, Verdict};
use crate::token::profile::KeptProfile;

/// A session that the cookies of a request show.
pub(crate) enum Shown {
    /// The session was opened and verified before, and was found in the cache.
    Known(Session),
    /// The session was opened for this request. Its tokens are still packed, and its access token is not verified.
    Opened(Box<Opened>),
    /// The session in the refresh cookie of the split layout. That cookie holds no access token to verify.
    Refresh(Box<Unpacked>),
}

/// A session that is not in the cache of verified sessions, or whose signing key was withdrawn since.
pub(crate) struct Opened {
    holder: Holder,
    head: Head,
    plaintext: Zeroizing<Vec<u8>>,
    /// Members of an SDK cookie that this crate does not use, and writes back.
    beside: Option<Zeroizing<String>>,
    value: Arc<str>,
    retired: bool,
}

/// A session with its tokens in the clear, for a refresh, a login or a logout.
pub(crate) struct Unpacked {
    pub(crate) session: Session,
    pub(crate) payload: SessionPayload,
}

impl Shown {
    /// Looks a sealed value up in the cache, or opens it. `None` when it cannot be opened.
    pub(crate) fn open(instance: &Arc<Instance>, holder: Holder, sealed: &Sealed<'_>) -> Option<Self> {
        if let Some(session) = instance.opened.get(holder, sealed) {
            return Some(Self::Known(session));
        }
        if sealed.len() > MAX_TEXT {
            return None;
        }
        let opened = Opened::open(instance, holder, sealed.join().into())?;
        match holder {
            Holder::Split(Part::Refresh) => {
                opened.unpack(instance).map(|unpacked| Self::Refresh(Box::new(unpacked)))
            }
            _ => Some(Self::Opened(Box::new(opened))),
        }
    }

    /// What is known of the access token before its signature is checked. The token of a session from the cache is
    /// valid while the key that signed it is published.
    pub(crate) fn token(&self, instance: &Instance, now: Timestamp) -> Token {
        let published = |key| instance.keys.snapshot(now).publishes(key);
        match self {
            Self::Known(session) if session.facts().key.as_ref().is_some_and(published) => Token::Valid,
            Self::Known(_) | Self::Opened(_) | Self::Refresh(_) => Token::Unchecked,
        }
    }

    /// What the rules need to know of the session at this time.
    pub(crate) fn evidence(&self, instance: &Instance, token: Token, now: Timestamp) -> SessionEvidence {
        match self {
            Self::Known(session) => of_facts(instance, session.facts(), token, now),
            Self::Opened(opened) => opened.evidence(instance, token, now),
            Self::Refresh(unpacked) => {
                // The browser drops the access cookie when a refresh is due. So that time stands in for the end of the
                // access token.
                let until = instance.layout.fresh_until(&unpacked.session);
                let evidence = of_facts(instance, unpacked.session.facts(), token, now);
                SessionEvidence { end: until, due_at: until, ..evidence }
            }
        }
    }

    /// The cookie that the session came in.
    pub(crate) fn holder(&self) -> Holder {
        match self {
            Self::Known(session) => session.facts().holder,
            Self::Opened(opened) => opened.holder,
            Self::Refresh(unpacked) => unpacked.session.facts().holder,
        }
    }

    /// Session id and generation, by which the commit point knows the session.
    pub(crate) fn names(&self) -> (SessionId, u32) {
        match self {
            Self::Known(session) => session.names(),
            Self::Opened(opened) => (opened.head.session_id, opened.head.generation),
            Self::Refresh(unpacked) => unpacked.session.names(),
        }
    }

    /// The key under which `memory/successors` knows the session's refresh token.
    pub(crate) fn refresh_key(&self) -> Option<RefreshKey> {
        match self {
            Self::Known(session) => session.facts().refresh,
            Self::Opened(opened) => opened.head.refresh,
            Self::Refresh(unpacked) => unpacked.session.facts().refresh,
        }
    }

    /// The value that the session's marker cookie must have.
    pub(crate) fn marker(&self) -> [u8; 22] {
        match self {
            Self::Known(session) => session.facts().marker,
            Self::Opened(opened) => opened.head.marker(),
            Self::Refresh(unpacked) => unpacked.session.facts().marker,
        }
    }

    /// When this process or another one received the session's tokens.
    pub(crate) fn refreshed_at(&self) -> Timestamp {
        match self {
            Self::Known(session) => session.facts().refreshed_at,
            Self::Opened(opened) => opened.head.refreshed_at,
            Self::Refresh(unpacked) => unpacked.session.facts().refreshed_at,
        }
    }

    /// Login time and generation, to compare two sessions of one user. The newer one, by this order, counts.
    pub(crate) fn age(&self) -> (Timestamp, u32) {
        match self {
            Self::Known(session) => (session.facts().login_at, session.facts().generation),
            Self::Opened(opened) => (opened.head.login_at, opened.head.generation),
            Self::Refresh(unpacked) => {
                (unpacked.session.facts().login_at, unpacked.session.facts().generation)
            }
        }
    }

    pub(crate) fn is_of_same_user(&self, other: &Self) -> bool {
        let user = |shown: &Self| match shown {
            Self::Known(session) => Some(session.user_id().to_owned()),
            Self::Opened(opened) => opened.claims().map(|claims| claims.subject().to_owned()),
            Self::Refresh(unpacked) => Some(unpacked.session.user_id().to_owned()),
        };
        user(self).is_some_and(|id| user(other) == Some(id))
    }

    /// Checks signature, kind, issuer and audience of the access token, and caches a session that passes. The refresh
    /// cookie has no access token. For it, checks only whether the key that signed the access token is still published.
    pub(crate) fn verify(&mut self, instance: &Arc<Instance>, now: Timestamp) -> Token {
        if let Self::Known(session) = self {
            let Some(opened) = reopened(instance, session) else { return Token::Invalid };
            *self = Self::Opened(Box::new(opened));
        }
        match self {
            Self::Known(_) => Token::Valid,
            Self::Opened(opened) => match opened.verify(instance, now) {
                Ok(session) => {
                    *self = Self::Known(session);
                    Token::Valid
                }
                Err(token) => token,
            },
            Self::Refresh(unpacked) => {
                let published = |id: &str| instance.keys.snapshot(now).find(id).is_some();
                match layout::key_id(&unpacked.session).is_none_or(published) {
                    true => Token::Valid,
                    false => Token::UnknownKey,
                }
            }
        }
    }

    /// The id of the key that signed the access token, and when that key was last known to be published. A session is
    /// sealed as verified only while its key is published, so that is the time of its last refresh.
    pub(crate) fn signing_key(&self) -> Option<(String, Option<Timestamp>)> {
        match self {
            Self::Known(_) => None,
            Self::Opened(opened) => {
                let view = opened.view()?;
                let key_id = jwt::unverified_key_id(view.access_token().secret())?;
                Some((key_id.into_string(), (!view.unverified).then_some(view.refreshed_at)))
            }
            Self::Refresh(unpacked) => {
                let payload = &unpacked.payload;
                let key_id = layout::key_id(&unpacked.session)?.to_owned();
                Some((key_id, (!payload.unverified).then_some(payload.refreshed_at)))
            }
        }
    }

    /// The session for a handler. `None` while the access token is not verified.
    pub(crate) fn into_session(self) -> Option<Session> {
        match self {
            Self::Known(session) => Some(session),
            Self::Opened(_) => None,
            Self::Refresh(unpacked) => Some(unpacked.session),
        }
    }

    /// The session with its tokens. Its claims are verified only when the session came from the cache.
    pub(crate) fn unpack(self, instance: &Arc<Instance>) -> Option<Unpacked> {
        match self {
            Self::Known(session) => {
                let value = session.facts().tokens.sealed()?;
                let payload = instance.layout.open(session.facts().holder, &value)?;
                Some(Unpacked { payload, session })
            }
            Self::Opened(opened) => opened.unpack(instance),
            Self::Refresh(unpacked) => Some(*unpacked),
        }
    }
}

impl Opened {
    fn open(instance: &Instance, holder: Holder, value: Arc<str>) -> Option<Self> {
        let (plaintext, beside, retired) = match holder {
            Holder::SdkCookie => {
                let (payload, read) = instance.layout.open_sdk(&value)?;
                if let Some(written) = instance.layout.written_language().filter(|own| *own != read) {
                    let (read, written) = (read.name(), written.name());
                    instance.emit(Event::OtherSdkLanguage { read, written });
                }
                (payload.encode(), payload.beside, false)
            }
            own => {
                let opened = instance.layout.unseal(own, &value)?;
                (opened.plaintext, None, opened.retired)
            }
        };
        let head = Head::of_view(&instance.layout, &SessionView::parse(&plaintext).ok()?);
        Some(Self { holder, head, plaintext, beside, value, retired })
    }

    fn evidence(&self, instance: &Instance, token: Token, now: Timestamp) -> SessionEvidence {
        let Head { session_id, login_at, refreshed_at, end, refresh, .. } = self.head;
        let in_question = now >= end || token == Token::StillUnknown;
        SessionEvidence {
            ended: instance.ended.get(&session_id),
            login_at,
            refreshed_at,
            end,
            // When a refresh is due depends on the claims. No decision reads it before the claims are verified.
            due_at: end,
            refresh: standing(instance, refresh, in_question, now),
            token,
        }
    }

    /// Verifies the access token with the keys that this process has. A session that passes is cached.
    fn verify(&self, instance: &Arc<Instance>, now: Timestamp) -> Result<Session, Token> {
        let view = self.view().ok_or(Token::Invalid)?;
        let (token, keys) = (view.access_token(), instance.keys.snapshot(now));
        match jwt::verify_session_token(token.secret(), &keys, &instance.rules, now) {
            Verdict::Valid { claims, key } => {
                let profile = match self.holder {
                    Holder::SdkCookie => {
                        verified_profile(instance, view.id_token().as_ref(), claims.subject(), now)
                    }
                    Holder::OneCookie | Holder::Split(_) => kept_profile(&view),
                };
                let session = self.session(instance, Content { claims, profile, key: Some(key) });
                instance.opened.insert(Arc::clone(&self.value), session.clone());
                instance.refreshes.seen(&self.head.session_id, self.head.generation);
                Ok(session)
            }
            Verdict::UnknownKey { .. } => Err(Token::UnknownKey),
            Verdict::NotYet => {
                instance.emit(Event::TokenFromFuture);
                Err(Token::NotYet)
            }
            Verdict::Expired => Err(Token::Invalid),
            Verdict::Invalid(reason) => {
                instance.emit(Event::SealedTokenInvalid { reason: &reason });
                Err(Token::Invalid)
            }
        }
    }

    fn unpack(self, instance: &Arc<Instance>) -> Option<Unpacked> {
        let claims = self.claims()?;
        let view = self.view()?;
        let profile = match self.holder {
            Holder::SdkCookie => KeptProfile::default(),
            Holder::OneCookie | Holder::Split(_) => kept_profile(&view),
        };
        let payload = SessionPayload { beside: self.beside.clone(), ..view.to_payload() };
        let session = self.session(instance, Content { claims, profile, key: None });
        Some(Unpacked { session, payload })
    }

    fn session(&self, instance: &Instance, content: Content) -> Session {
        let value = Arc::clone(&self.value);
        Session::new(instance.layout.facts(self.holder, value, self.retired, self.head, content))
    }

    fn view(&self) -> Option<SessionView<'_>> {
        SessionView::parse(&self.plaintext).ok()
    }

    /// The sealed claims, which were not verified since they were opened.
    fn claims(&self) -> Option<Claims> {
        let view = self.view()?;
        view.access_claims()
            .map_or_else(|| jwt::unverified_claims(view.access_token().secret()), Claims::unverified)
    }
}

fn of_facts(instance: &Instance, facts: &Facts, token: Token, now: Timestamp) -> SessionEvidence {
    let in_question = now >= facts.due_at || token == Token::StillUnknown;
    SessionEvidence {
        ended: instance.ended.get(&facts.session_id),
        login_at: facts.login_at,
        refreshed_at: facts.refreshed_at,
        end: facts.end,
        due_at: facts.due_at,
        refresh: standing(instance, facts.refresh, in_question, now),
        token,
    }
}

/// The state of the session's refresh token. The token is looked up only when a refresh is in question, because a
/// look-up takes a lock.
fn standing(instance: &Instance, key: Option<RefreshKey>, in_question: bool, now: Timestamp) -> Standing {
    match key {
        None => Standing::None,
        Some(key) if in_question => instance.refreshes.standing(&key, now),
        Some(_) => Standing::Ready,
    }
}

/// Opens a cached session again, because its access token has to be verified again.
fn reopened(instance: &Instance, session: &Session) -> Option<Opened> {
    Opened::open(instance, session.facts().holder, session.facts().tokens.sealed()?)
}

/// The user's profile from the sealed ID token, or the profile that was sealed when the ID token was dropped for want
/// of space. The ID token was verified before it was sealed.
fn kept_profile(view: &SessionView<'_>) -> KeptProfile {
    view.profile.or_else(|| view.id_claims()).map(KeptProfile::of_claims).unwrap_or_default()
}

/// The user's profile from the ID token of an SDK cookie. The ID token is verified here as of the time when it was
/// issued, because Scalekit's packages do not check it, and an attacker with the shared secret can put any text there.
/// The profile is empty when the ID token does not verify, or when the key that signed it is no longer published.
pub(crate) fn verified_profile(
    instance: &Instance,
    id_token: Option<&IdToken>,
    subject: &str,
    now: Timestamp,
) -> KeptProfile {
    let verified = id_token.and_then(|token| {
        let issued_at = jwt::unverified_claims(token.secret())?.issued_at();
        let expected = Expected { subject: Some(subject), ..Expected::default() };
        let keys = instance.keys.snapshot(now);
        match jwt::verify_id_token(token.secret(), &keys, &instance.rules, issued_at, expected) {
            Verdict::Valid { claims: profile, .. } => Some(profile),
            _ => None,
        }
    });
    verified.into()
}
