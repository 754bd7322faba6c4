//! How cookies hold a session. There are three layouts, and an instance writes one of them.
//!
//! - one cookie (`one_cookie.rs`): the whole session in one sealed value, with the live marker in a second cookie. The
//!   default.
//! - shared (`shared.rs`): the SDK cookie, which applications with Scalekit's official packages read and write, too.
//! - split (`split.rs`): the access token, the refresh token and the ID token in a cookie each, with the live marker in
//!   a fourth cookie.
//!
//! The layout is chosen when the instance is built. Code outside of this room does not ask which layout it is.

mod content;
mod head;
mod held;
mod lines;
mod one_cookie;
mod shared;
mod split;

use std::sync::Arc;

pub(crate) use self::content::Content;
pub(crate) use self::head::Head;
pub(crate) use self::held::{Beside, Held};
pub(crate) use self::split::{access_age, key_id};
use crate::answer::refusal::NoSession;
use crate::clock::Timestamp;
use crate::cookie::{CookieNames, CookieSpec, Holder, Part, Present, RequestCookies, SetCookie};
use crate::error::{Error, Repr, Sizes};
use crate::event::Event;
use crate::random::random;
use crate::rules::policy::Policy;
use crate::sdk_cookie::{SdkKey, SdkLanguage};
use crate::seal::{Keyring, Opened, Purpose, SealError, SessionPayload};
use crate::session::grant::Grant;
use crate::session::{SealedSession, Session};
use crate::token::claims::Claims;
use crate::token::jwt::Rules;

/// How one instance writes sessions: the layout, the names of the cookies, the keys that seal them, and their limits.
pub(crate) struct Layout {
    pub(crate) kind: Kind,
    pub(crate) names: CookieNames,
    pub(crate) spec: CookieSpec,
    pub(crate) keyring: Keyring,
    pub(crate) rules: Arc<Rules>,
    pub(crate) policy: Policy,
    /// The most that all cookies of a session may add to a request, in bytes.
    pub(crate) budget: usize,
    /// The environment URL. With the client id it is part of the key by which a refresh token is known.
    pub(crate) issuer: String,
    pub(crate) client_id: String,
}

/// The layout in which sessions are written.
#[derive(Debug)]
pub(crate) enum Kind {
    /// The whole session is in one cookie. SDK cookies are read, too, if their key is configured.
    OneCookie { sdk: Option<SdkKey> },
    /// The session is in the SDK cookie, as the packages of this language write it.
    Shared { key: SdkKey, language: SdkLanguage },
    /// The access token, the refresh token and the ID token are in a cookie each.
    Split,
}

impl Layout {
    /// Seals the tokens of a login, with a new session id, a new live marker and generation 0 (R27).
    ///
    /// # Errors
    /// When the cookies cannot hold the session, or when the tokens carry no session.
    pub(crate) fn seal_login(
        self: &Arc<Self>,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<SealedSession, Error> {
        if grant.claims.session_id().is_none() {
            return Err(Repr::NotASession("sid").into());
        }
        // With the SDK cookie configured, a session can move between two cookies. In both, its id comes from the ID
        // token of its login. So a logout from one of them ends the other, too.
        let lineage = self.sdk_key().and(grant.id_token.as_ref()).map(shared::lineage);
        let payload = SessionPayload {
            session_id: match lineage {
                Some(lineage) => lineage,
                None => *random().map_err(|_| Repr::Random)?,
            },
            live: *random().map_err(|_| Repr::Random)?,
            generation: 0,
            login_at: now,
            refreshed_at: now,
            end: self.end(&grant.claims, now),
            unverified: false,
            access_token: grant.access_token.clone(),
            refresh_token: grant.refresh_token.clone(),
            id_token: grant.id_token.clone(),
            profile: None,
            identity: None,
            beside: None,
        };
        let content =
            Content { claims: grant.claims.clone(), profile: grant.profile.clone().into(), key: None };
        match &self.kind {
            Kind::Shared { key, language } => shared::seal(self, key, *language, payload, content),
            Kind::OneCookie { .. } | Kind::Split => one_cookie::seal(self, payload, content),
        }
    }

    /// Seals the tokens of a refresh. `beside` is what the browser's SDK cookie holds.
    ///
    /// # Errors
    /// When the cookies cannot hold the session.
    pub(crate) fn seal_refreshed(
        self: &Arc<Self>,
        beside: Beside,
        payload: SessionPayload,
        content: Content,
    ) -> Result<SealedSession, Error> {
        match &self.kind {
            Kind::Shared { key, language } if beside != Beside::Other && shared::may_hold(&payload) => {
                // A refresh must not sign the user out. A session that the SDK cookie cannot hold moves to our one
                // cookie.
                shared::seal(self, key, *language, payload.clone(), content.clone()).or_else(|error| {
                    Event::RefreshNotShared { error: &error }.emit_unlimited();
                    one_cookie::seal(self, payload, content)
                })
            }
            Kind::OneCookie { .. } | Kind::Shared { .. } | Kind::Split => {
                one_cookie::seal(self, payload, content)
            }
        }
    }

    /// Seals a session again for the same cookie, with the cookie secret that seals now. `None` for a cookie of the
    /// split layout: an access cookie does not have the session's other tokens, and it expires soon.
    pub(crate) fn seal_again(self: &Arc<Self>, session: &Session) -> Option<SealedSession> {
        let facts = session.facts();
        let payload = self.open(facts.holder, &facts.tokens.sealed()?)?;
        let content =
            Content { claims: facts.claims.clone(), profile: facts.profile.clone(), key: facts.key.clone() };
        match (facts.holder, &self.kind) {
            (Holder::OneCookie, _) => one_cookie::seal(self, payload, content).ok(),
            (Holder::SdkCookie, Kind::Shared { key, language }) => {
                shared::seal(self, key, *language, payload, content).ok()
            }
            (Holder::SdkCookie | Holder::Split(_), _) => None,
        }
    }

    /// Opens a sealed session that this instance has seen before.
    pub(crate) fn open(&self, holder: Holder, value: &str) -> Option<SessionPayload> {
        match holder {
            Holder::SdkCookie => self.open_sdk(value).map(|(payload, _)| payload),
            own => SessionPayload::decode(&self.unseal(own, value)?.plaintext).ok(),
        }
    }

    /// Opens an SDK cookie. The second result is the language whose packages wrote it.
    pub(crate) fn open_sdk(&self, value: &str) -> Option<(SessionPayload, SdkLanguage)> {
        shared::open(self, self.sdk_key()?, value)
    }

    /// The language whose packages can read the sessions that this instance writes. `None` unless the layout is shared.
    pub(crate) fn written_language(&self) -> Option<SdkLanguage> {
        match self.kind {
            Kind::Shared { language, .. } => Some(language),
            Kind::OneCookie { .. } | Kind::Split => None,
        }
    }

    /// Opens a value of our own format. The name of the cookie is part of the seal.
    pub(crate) fn unseal(&self, holder: Holder, value: &str) -> Option<Opened> {
        self.keyring.open(Purpose::Session, self.names.of(holder)?.name(), value).ok()
    }

    /// The cookies of a new login, marker first. They replace every session that the browser has.
    ///
    /// # Errors
    /// When the cookies cannot hold the session.
    pub(crate) fn login_lines(
        &self,
        sealed: &SealedSession,
        present: Present,
        now: Timestamp,
    ) -> Result<Vec<SetCookie>, Error> {
        match self.kind {
            Kind::OneCookie { .. } | Kind::Shared { .. } => lines::of_login(self, sealed, present, now),
            Kind::Split => split::login_lines(self, sealed, present, now),
        }
    }

    /// The cookies of a session that was refreshed or sealed again. `held` says which cookies the browser has.
    ///
    /// # Errors
    /// When the cookies cannot hold the session.
    pub(crate) fn refreshed_lines(
        &self,
        sealed: &SealedSession,
        held: Held,
        now: Timestamp,
    ) -> Result<Vec<SetCookie>, Error> {
        match self.kind {
            Kind::OneCookie { .. } | Kind::Shared { .. } => lines::of_refresh(self, sealed, held, now),
            Kind::Split => split::data_lines(self, sealed, held.present, now),
        }
    }

    /// The lines that remove a session from that cookie, with all its chunks, whatever the request carried (R17).
    pub(crate) fn removals(&self, holder: Holder) -> Vec<SetCookie> {
        match self.kind {
            Kind::OneCookie { .. } | Kind::Shared { .. } => lines::removals(self, holder),
            Kind::Split => split::removals(self),
        }
    }

    /// The lines that remove every session from the browser, also one that an earlier configuration wrote in another
    /// layout.
    pub(crate) fn all_removals(&self, present: Present) -> Vec<SetCookie> {
        let mut cookies = self.removals(self.names.served());
        cookies.extend(match self.kind {
            Kind::OneCookie { .. } | Kind::Shared { .. } => lines::removals(self, Holder::SdkCookie),
            Kind::Split => split::left_over(self, present),
        });
        cookies
    }

    /// Why a request with a marker has no session that may be served. In the split layout the access token may just be
    /// over, and then the refresh route brings a new one.
    pub(crate) fn without_access(&self) -> NoSession {
        match self.kind {
            Kind::OneCookie { .. } | Kind::Shared { .. } => NoSession::NotSignedIn,
            Kind::Split => NoSession::Expired,
        }
    }

    /// The cookies by which the routes for login, callback and logout know the signed-in user, best first. In the split
    /// layout the ID cookie is always sent to these routes, while the access cookie may have another path.
    pub(crate) fn shown_to_own_routes(&self) -> &'static [Holder] {
        match self.kind {
            Kind::OneCookie { .. } | Kind::Shared { .. } => &[Holder::OneCookie],
            Kind::Split => &[Holder::Split(Part::Identity), Holder::Split(Part::Access)],
        }
    }

    /// Our own data cookies that may hold a session in this layout.
    pub(crate) fn own_holders(&self) -> &'static [Holder] {
        match self.kind {
            Kind::OneCookie { .. } | Kind::Shared { .. } => &[Holder::OneCookie],
            Kind::Split => &split::HOLDERS,
        }
    }

    /// Whether a session keeps the ID token of its login. It does when the SDK cookie is configured, because then the
    /// session's id is made from that ID token.
    pub(crate) fn keeps_id_tokens(&self) -> bool {
        self.sdk_key().is_some()
    }

    /// When tokens that were received at that time are over.
    pub(crate) fn end(&self, claims: &Claims, received_at: Timestamp) -> Timestamp {
        self.policy.end(received_at, claims.issued_at(), claims.expires_at())
    }

    /// Until when the refresh route treats the access token as fresh, and does not refresh it.
    pub(crate) fn fresh_until(&self, session: &Session) -> Timestamp {
        let claims = &session.facts().claims;
        split::fresh_until(
            session.facts().due_at,
            claims.expires_at().since(claims.issued_at()),
            &self.policy,
        )
    }

    /// Which chunks of a session's cookies the browser may have.
    pub(crate) fn present(&self, cookies: &RequestCookies<'_>, target: &str) -> Present {
        Present::of(cookies, target, &self.names)
    }

    fn sdk_key(&self) -> Option<&SdkKey> {
        match &self.kind {
            Kind::OneCookie { sdk } => sdk.as_ref(),
            Kind::Shared { key, .. } => Some(key),
            Kind::Split => None,
        }
    }

    /// Seals in our own format, with the name of the cookie that will hold the value.
    fn seal_for(&self, holder: Holder, payload: &SessionPayload) -> Result<String, Error> {
        let names = self.names.of(holder).ok_or(Repr::Unreadable)?;
        let sealed = self.keyring.seal(Purpose::Session, names.name(), &payload.encode());
        sealed.map_err(|error| match error {
            SealError::TooLong { bytes } => self.too_large(payload, bytes),
            SealError::NoRandomness | SealError::Cipher => Repr::Random.into(),
        })
    }

    /// The error for a session that takes `cookies` bytes, which is more than its cookies can hold.
    fn too_large(&self, payload: &SessionPayload, cookies: usize) -> Error {
        Repr::TooLarge(Sizes {
            cookies,
            budget: self.budget,
            access_token: payload.access_token.secret().len(),
            refresh_token: payload.refresh_token.as_ref().map_or(0, |token| token.secret().len()),
            profile: payload.profile.as_ref().map_or(0, |profile| profile.len()),
        })
        .into()
    }
}
