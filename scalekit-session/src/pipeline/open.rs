//! What a request's cookies show: data that opens, with its marker, and whether its access token verifies.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::cookie::form::Form;
use crate::id::RefreshKey;
use crate::id::SessionId;
use crate::instance::Instance;
use crate::layout::{self, Head};
use crate::rules::decide::{SessionEvidence, Standing, Token};
use crate::seal::Sealed;
use crate::seal::{MAX_TEXT, SessionPayload, SessionView};
use crate::secret::AccessToken;
use crate::session::Session;
use crate::token::claims::Claims;
use crate::token::jwt::{self, Verdict};
use crate::token::profile::KeptProfile;

/// A session that a request shows with its marker.
pub(crate) struct Shown {
    pub(crate) session: Session,
    /// Its tokens, for verification, refresh and logout.
    pub(crate) payload: SessionPayload,
    pub(crate) value: Arc<str>,
}

/// What is known of a session now, for the decision.
pub(crate) fn evidence(
    instance: &Instance,
    session: &Session,
    token: Token,
    now: Timestamp,
) -> SessionEvidence {
    let facts = session.facts();
    let in_question = now >= facts.soft || token == Token::StillUnknown;
    SessionEvidence {
        ended: instance.ended.get(&facts.session_id),
        login_at: facts.login_at,
        rotated_at: facts.rotated_at,
        end: facts.end,
        soft: facts.soft,
        refresh: standing(instance, facts.refresh, in_question, now),
        token,
    }
}

/// Only a refresh token whose refresh is in question is looked up.
fn standing(instance: &Instance, key: Option<RefreshKey>, in_question: bool, now: Timestamp) -> Standing {
    match key {
        None => Standing::None,
        Some(key) if in_question => instance.refreshes.standing(&key, now),
        Some(_) => Standing::Ready,
    }
}

/// What a request shows.
pub(crate) enum Found {
    /// A session remembered: verified before.
    Known(Session),
    /// A session opened just now, its tokens still packed.
    Fresh(Box<Fresh>),
}

/// A session that this process has not seen before, or whose signing key was withdrawn.
pub(crate) struct Fresh {
    form: Form,
    head: Head,
    plaintext: Zeroizing<Vec<u8>>,
    beside: Option<Zeroizing<String>>,
    value: Arc<str>,
    retired: bool,
}

impl Found {
    /// Looks a sealed value up, or opens it.
    pub(crate) fn open(instance: &Instance, form: Form, sealed: &Sealed<'_>) -> Option<Self> {
        if let Some(session) = instance.opened.get(form, sealed) {
            return Some(Self::Known(session));
        }
        if sealed.len() > MAX_TEXT {
            return None;
        }
        Fresh::open(instance, form, sealed.join().into()).map(|fresh| Self::Fresh(Box::new(fresh)))
    }

    /// How its access token stands before anybody verifies it.
    pub(crate) fn token(&self, instance: &Instance, now: Timestamp) -> Token {
        let published = |key| instance.keys.snapshot(now).publishes(key);
        match self {
            Self::Known(session) if session.facts().key.as_ref().is_some_and(published) => Token::Valid,
            Self::Known(_) | Self::Fresh(_) => Token::Unchecked,
        }
    }

    pub(crate) fn evidence(&self, instance: &Instance, token: Token, now: Timestamp) -> SessionEvidence {
        match self {
            Self::Known(session) => evidence(instance, session, token, now),
            Self::Fresh(fresh) => fresh.evidence(instance, token, now),
        }
    }

    pub(crate) fn form(&self) -> Form {
        match self {
            Self::Known(session) => session.facts().form,
            Self::Fresh(fresh) => fresh.form,
        }
    }

    /// The session and its generation, as the commit point names them.
    pub(crate) fn names(&self) -> (SessionId, u32) {
        match self {
            Self::Known(session) => session.names(),
            Self::Fresh(fresh) => (fresh.head.session_id, fresh.head.generation),
        }
    }

    pub(crate) fn refresh_key(&self) -> Option<RefreshKey> {
        match self {
            Self::Known(session) => session.facts().refresh,
            Self::Fresh(fresh) => fresh.head.refresh,
        }
    }

    /// Checks signature, kind, issuer and audience, and remembers a session that passes.
    pub(crate) fn verify(&mut self, instance: &Arc<Instance>, now: Timestamp) -> Token {
        if let Self::Known(session) = self {
            let Some(fresh) = reopened(instance, session) else { return Token::Invalid };
            *self = Self::Fresh(Box::new(fresh));
        }
        let Self::Fresh(fresh) = self else { return Token::Invalid };
        let Some(view) = fresh.view() else { return Token::Invalid };
        let checked =
            Checked { form: fresh.form, head: fresh.head, value: &fresh.value, retired: fresh.retired };
        let profile = |claims: &Claims| match fresh.form {
            Form::Official => {
                layout::verified_profile(instance, view.id_token().as_ref(), claims.subject(), now)
            }
            own => kept_profile(own, &view),
        };
        let (token, session) = checked.verify(instance, &view.access_token(), profile, now);
        if let Some(session) = session {
            *self = Self::Known(session);
        }
        token
    }

    /// The same with its tokens unpacked, for refresh and logout.
    pub(crate) fn into_shown(self, instance: &Arc<Instance>) -> Option<Shown> {
        match self {
            Self::Known(session) => {
                let value = session.facts().tokens.sealed()?;
                Some(Shown { payload: layout::open(instance, session.facts().form, &value)?, session, value })
            }
            Self::Fresh(fresh) => fresh.into_shown(instance),
        }
    }

    pub(crate) fn marker(&self) -> [u8; 22] {
        match self {
            Self::Known(session) => session.facts().marker,
            Self::Fresh(fresh) => fresh.head.marker(),
        }
    }

    pub(crate) fn rotated_at(&self) -> Timestamp {
        match self {
            Self::Known(session) => session.facts().rotated_at,
            Self::Fresh(fresh) => fresh.head.rotated_at,
        }
    }

    /// Of two sessions of one user, the one of the later login and rotation counts.
    pub(crate) fn age(&self) -> (Timestamp, u32) {
        match self {
            Self::Known(session) => (session.facts().login_at, session.facts().generation),
            Self::Fresh(fresh) => (fresh.head.login_at, fresh.head.generation),
        }
    }

    pub(crate) fn is_of_same_user(&self, other: &Self) -> bool {
        let user = |found: &Self| match found {
            Self::Known(session) => Some(session.user_id().to_owned()),
            Self::Fresh(fresh) => fresh.claims().map(|claims| claims.subject().to_owned()),
        };
        user(self).is_some_and(|id| user(other) == Some(id))
    }
}

impl Fresh {
    fn open(instance: &Instance, form: Form, value: Arc<str>) -> Option<Self> {
        let (plaintext, beside, retired) = match form {
            Form::Official => {
                let payload = layout::open(instance, form, &value)?;
                (payload.encode(), payload.beside, false)
            }
            own => {
                let opened = layout::unseal(instance, own, &value)?;
                (opened.plaintext, None, opened.retired)
            }
        };
        let head = Head::of_view(instance, &SessionView::parse(&plaintext).ok()?);
        Some(Self { form, head, plaintext, beside, value, retired })
    }

    fn evidence(&self, instance: &Instance, token: Token, now: Timestamp) -> SessionEvidence {
        let Head { session_id, login_at, rotated_at, end, refresh, .. } = self.head;
        let in_question = now >= end || token == Token::StillUnknown;
        SessionEvidence {
            ended: instance.ended.get(&session_id),
            login_at,
            rotated_at,
            end,
            // When a refresh is due is known with the claims; until they are verified nothing depends on it.
            soft: end,
            refresh: standing(instance, refresh, in_question, now),
            token,
        }
    }

    fn view(&self) -> Option<SessionView<'_>> {
        SessionView::parse(&self.plaintext).ok()
    }

    /// Claims that were sealed, and not verified since.
    fn claims(&self) -> Option<Claims> {
        let view = self.view()?;
        view.access_claims()
            .map_or_else(|| jwt::unverified_claims(view.access_token().secret()), Claims::unverified)
    }

    fn into_shown(self, instance: &Arc<Instance>) -> Option<Shown> {
        let claims = self.claims()?;
        let view = self.view()?;
        let profile = kept_profile(self.form, &view);
        let payload = SessionPayload { beside: self.beside.clone(), ..view.to_payload() };
        let value = Arc::clone(&self.value);
        let facts = layout::facts(
            instance,
            self.form,
            self.head,
            claims,
            profile,
            None,
            Arc::clone(&value),
            self.retired,
        );
        Some(Shown { session: Session::new(facts), payload, value })
    }
}

/// A remembered session whose access token has to be verified again.
fn reopened(instance: &Instance, session: &Session) -> Option<Fresh> {
    Fresh::open(instance, session.facts().form, session.facts().tokens.sealed()?)
}

/// The profile as the ID token tells it, or as it was kept when the ID token had to go. An ID token that we sealed was
/// verified then; another's tells nothing before it is.
fn kept_profile(form: Form, view: &SessionView<'_>) -> KeptProfile {
    match form {
        Form::Official => KeptProfile::default(),
        _ => view.profile.or_else(|| view.id_claims()).map(KeptProfile::of_claims).unwrap_or_default(),
    }
}

/// A session about to be verified.
struct Checked<'a> {
    form: Form,
    head: Head,
    value: &'a Arc<str>,
    retired: bool,
}

impl Checked<'_> {
    fn verify(
        &self,
        instance: &Arc<Instance>,
        token: &AccessToken,
        profile: impl FnOnce(&Claims) -> KeptProfile,
        now: Timestamp,
    ) -> (Token, Option<Session>) {
        match jwt::verify_session_token(token.secret(), &instance.keys.snapshot(now), &instance.rules, now) {
            Verdict::Valid { claims, key } => {
                let (value, profile) = (Arc::clone(self.value), profile(&claims));
                let facts = layout::facts(
                    instance,
                    self.form,
                    self.head,
                    claims,
                    profile,
                    Some(key),
                    value,
                    self.retired,
                );
                let session = Session::new(facts);
                instance.opened.insert(Arc::clone(self.value), session.clone());
                instance.refreshes.seen(&self.head.session_id, self.head.generation);
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
}

/// Verifies a sealed access token with the keys at hand. A session that passes is remembered.
pub(crate) fn verify(instance: &Arc<Instance>, shown: &Shown, now: Timestamp) -> (Token, Option<Session>) {
    let facts = shown.session.facts();
    let head = Head::of(instance, &shown.payload);
    let checked = Checked { form: facts.form, head, value: &shown.value, retired: facts.retired };
    let profile = |claims: &Claims| match facts.form {
        Form::Official => {
            layout::verified_profile(instance, shown.payload.id_token.as_ref(), claims.subject(), now)
        }
        _ => facts.profile.clone(),
    };
    checked.verify(instance, &shown.payload.access_token, profile, now)
}
