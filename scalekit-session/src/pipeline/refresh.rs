//! One refresh: sends a refresh token once, checks that the new tokens are of the same user, and publishes the sealed
//! successor. It runs in a task of its own, which goes on when the request that began it is cancelled.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::cookie::Holder;
use crate::event::Event;
use crate::id::RefreshKey;
use crate::instance::Instance;
use crate::layout::{Beside, Content};
use crate::memory::successors::{Outcome, RefreshLanding, Successor};
use crate::pipeline::open::verified_profile;
use crate::rules::decide::{Ended, Refreshed};
use crate::seal::SessionPayload;
use crate::secret::AccessToken;
use crate::session::{SealedSession, Session};
use crate::token::claims::Claims;
use crate::token::jwt::{self, Expected, Verdict, VerifyingKey};
use crate::token::profile::Profile;
use crate::upstream::call::{send, turn};
use crate::upstream::keys::Budget;
use crate::upstream::oauth::{self, TokenFailure, TokenResponse};

/// Starts the refresh in a task of its own.
pub(crate) fn start(
    instance: &Arc<Instance>,
    key: RefreshKey,
    payload: SessionPayload,
    session: Session,
    beside: Beside,
    landing: RefreshLanding,
) {
    let call = Call { instance: Arc::clone(instance), key, landing: Some(landing) };
    instance.runtime.spawn(Box::pin(run(call, payload, session, beside)));
}

/// A refresh that was begun. When it is dropped before it has landed, because its task panicked or the runtime shut
/// down, it counts as failed for now.
struct Call {
    instance: Arc<Instance>,
    key: RefreshKey,
    landing: Option<RefreshLanding>,
}

impl Call {
    fn land(mut self, outcome: Outcome) {
        if let Some(landing) = self.landing.take() {
            landing.land(outcome);
        }
    }

    fn failures(&self) -> u32 {
        self.landing.as_ref().map_or(0, |landing| landing.failures)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.landing.is_some() {
            self.instance.emit(Event::RefreshLost);
            self.instance.refreshes.fail(self.key, self.failures(), None, self.instance.now());
        }
    }
}

async fn run(call: Call, payload: SessionPayload, session: Session, beside: Beside) {
    let (instance, key) = (Arc::clone(&call.instance), call.key);
    // This lock cannot be taken while `Scalekit::drain` waits. Then nothing is sent, because the process might end
    // before it could keep the new tokens.
    let under_way = instance.under_way.try_read();
    let refreshed = if under_way.is_some() {
        attempt(&instance, &payload, &session, beside).await
    } else {
        Err(Failure::Transient(None))
    };
    let now = instance.now();
    let outcome = match refreshed {
        _ if is_ended(&instance, &session) => {
            instance.refreshes.forget(&key);
            Outcome::without_successor(Refreshed::Ended)
        }
        Ok((sealed, usable)) => {
            // In the split layout no request shows this value, because its three cookies are sealed separately. The
            // cache would never be asked for it.
            let holder = sealed.session.facts().holder;
            let shown = holder == Holder::SdkCookie || holder == instance.layout.names.served();
            if usable && shown {
                instance.opened.insert(Arc::clone(&sealed.value), sealed.session.clone());
            }
            let successor = Arc::new(Successor::new(sealed, usable, now));
            instance.refreshes.succeed(key, Arc::clone(&successor), now);
            instance.emit(Event::Refreshed { user: successor.sealed.session.user_id() });
            if usable {
                instance.watches.refreshed(&successor.sealed.session);
            }
            Outcome::with(successor)
        }
        Err(failure) => {
            Outcome::without_successor(failed(&instance, key, failure, &session, call.failures(), now))
        }
    };
    call.land(outcome);
}

/// Waits for a free turn, then sends the refresh token, unless the session has ended by then.
async fn attempt(
    instance: &Arc<Instance>,
    payload: &SessionPayload,
    session: &Session,
    beside: Beside,
) -> Result<(SealedSession, bool), Failure> {
    let _turn = turn(&*instance.runtime, &instance.calls).await.map_err(|_| Failure::Transient(None))?;
    if is_ended(instance, session) {
        return Err(Failure::Ended);
    }
    call(instance, payload, session, beside).await
}

/// Why a refresh brought no successor.
#[derive(Clone, Copy, Debug)]
enum Failure {
    Ended,
    Stranger,
    OtherOrganization,
    Rejected,
    /// Scalekit accepted the refresh token, but its answer cannot be kept.
    Spent,
    Transient(Option<Duration>),
}

/// Remembers a failure, so that the refresh token is not sent again too early, or ever.
fn failed(
    instance: &Instance,
    key: RefreshKey,
    failure: Failure,
    session: &Session,
    failures: u32,
    now: Timestamp,
) -> Refreshed {
    match failure {
        Failure::Ended => Refreshed::Ended,
        Failure::Stranger => {
            let facts = session.facts();
            instance.end(facts.session_id, Ended::Revoked, facts.login_at, now);
            instance.refreshes.forget(&key);
            Refreshed::Stranger
        }
        Failure::OtherOrganization => {
            instance.refreshes.spend(key, now);
            Refreshed::OtherOrganization
        }
        Failure::Spent => {
            instance.refreshes.spend(key, now);
            Refreshed::Spent
        }
        Failure::Rejected => Refreshed::Rejected { since: instance.refreshes.reject(key, now) },
        Failure::Transient(asked) => {
            let until = instance.refreshes.fail(key, failures, asked, now);
            Refreshed::Failed { retry_after: until.since(now) }
        }
    }
}

/// Sends the refresh token and seals a session with the new tokens. The flag is `true` when the session may be served.
async fn call(
    instance: &Arc<Instance>,
    payload: &SessionPayload,
    session: &Session,
    beside: Beside,
) -> Result<(SealedSession, bool), Failure> {
    let refresh_token = payload.refresh_token.as_ref().ok_or(Failure::Rejected)?;
    let request = oauth::refresh_request(&instance.endpoints, &instance.client, refresh_token);
    let tokens = oauth::read_token_response(send(&*instance.transport, &*instance.runtime, request).await)
        .map_err(|failure| match failure {
            TokenFailure::Rejected => Failure::Rejected,
            TokenFailure::Misconfigured { code } => {
                instance.emit(Event::RefreshMisconfigured { code });
                Failure::Transient(None)
            }
            TokenFailure::Transient { cause, retry_after } => {
                instance.emit(Event::RefreshUnanswered { cause: &cause });
                Failure::Transient(retry_after)
            }
        })?;
    let received_at = instance.now();
    let claims = check_identity(instance, session, &tokens)?;
    let (claims, key) = verify(instance, &tokens.access_token, claims).await;
    let end = instance.layout.end(&claims, received_at);
    let usable = key.is_some() && instance.now() < end;
    if !usable {
        instance.emit(Event::RefreshedTokensNotServed { user: claims.subject() });
    }
    // When the SDK cookie is configured, the ID token of the login names the session, so that ID token stays.
    let keeps = instance.layout.keeps_id_tokens();
    let newer = if keeps { None } else { refreshed_profile(instance, &tokens, session) };
    let (id_token, profile, kept_profile) = match (newer, &payload.id_token) {
        (Some(profile), _) => (tokens.id_token.clone(), Some(profile).into(), None),
        (None, id_token @ Some(token)) if session.facts().holder == Holder::SdkCookie => {
            let profile = verified_profile(instance, Some(token), claims.subject(), instance.now());
            (id_token.clone(), profile, None)
        }
        (None, id_token) => (id_token.clone(), session.facts().profile.clone(), payload.profile.clone()),
    };
    let next = SessionPayload {
        generation: payload.generation.saturating_add(1),
        refreshed_at: received_at,
        end,
        unverified: !usable,
        access_token: tokens.access_token.clone(),
        refresh_token: tokens.refresh_token.clone().or_else(|| payload.refresh_token.clone()),
        id_token,
        profile: kept_profile,
        identity: None,
        ..payload.clone()
    };
    let content = Content { claims, profile, key };
    let sealed = instance.layout.seal_refreshed(beside, next, content).map_err(|error| {
        instance.emit(Event::RefreshNotKept { error: &error });
        Failure::Spent
    })?;
    Ok((sealed, usable))
}

fn is_ended(instance: &Instance, session: &Session) -> bool {
    instance.ended.get(&session.facts().session_id) != Ended::No
}

/// Checks that the new tokens are of the same user, client and session as the old ones (R11). This is checked before
/// their signature, and also for tokens that do not verify.
fn check_identity(instance: &Instance, session: &Session, tokens: &TokenResponse) -> Result<Claims, Failure> {
    let old = &session.facts().claims;
    let claims = jwt::unverified_claims(tokens.access_token.secret()).ok_or_else(|| {
        instance.emit(Event::RefreshedTokenUnreadable);
        Failure::Spent
    })?;
    let same_client = |new: Option<&str>| new.is_none_or(|new| new == instance.client.id);
    let known_issuer = |issuer: &str| instance.config.issuers.iter().any(|own| own == issuer);
    let same_issuer =
        claims.issuer() == old.issuer() || (known_issuer(claims.issuer()) && known_issuer(old.issuer()));
    let same_user = claims.subject() == old.subject() && claims.session_id() == old.session_id();
    let id_subject = tokens.id_token.as_ref().and_then(|token| jwt::unverified_claims(token.secret()));
    let same_subject = id_subject.is_none_or(|id| id.subject() == old.subject());
    // Only the issuer differs: the domain of the environment has changed. The session is kept, and not served (row
    // 13b).
    if !same_user || !same_subject || !same_client(claims.client_id()) {
        instance.emit(Event::RefreshedIdentityChanged { user: old.subject() });
        return Err(Failure::Stranger);
    }
    if !same_issuer {
        instance.emit(Event::RefreshedIssuerUnknown { issuer: claims.issuer() });
    }
    if claims.organization_id() != old.organization_id() {
        instance.emit(Event::RefreshedOrganizationChanged { user: old.subject() });
        return Err(Failure::OtherOrganization);
    }
    Ok(claims)
}

/// Verifies a new access token. Fetches the keys once if an unknown key has signed it. The key in the result is `None`
/// when the token does not verify.
async fn verify(
    instance: &Instance,
    token: &AccessToken,
    unverified: Claims,
) -> (Claims, Option<Arc<VerifyingKey>>) {
    let check =
        |keys: &jwt::KeySet, now| jwt::verify_session_token(token.secret(), keys, &instance.rules, now);
    match instance.keys.judge(Budget::Sealed, check).await {
        Ok(Verdict::Valid { claims, key }) => (claims, Some(key)),
        Ok(Verdict::Invalid(reason)) => {
            instance.emit(Event::RefreshedTokenInvalid { reason: &reason });
            (unverified, None)
        }
        Ok(Verdict::UnknownKey { .. } | Verdict::NotYet | Verdict::Expired) | Err(_) => (unverified, None),
    }
}

/// The profile of the new ID token, if one came and it verifies. Otherwise the old ID token stays (R12).
fn refreshed_profile(instance: &Instance, tokens: &TokenResponse, session: &Session) -> Option<Profile> {
    let id_token = tokens.id_token.as_ref()?;
    let expected =
        Expected { nonce: None, access_token: Some(&tokens.access_token), subject: Some(session.user_id()) };
    let now = instance.now();
    match jwt::verify_id_token(
        id_token.secret(),
        &instance.keys.snapshot(now),
        &instance.rules,
        now,
        expected,
    ) {
        Verdict::Valid { claims: profile, .. } => Some(profile),
        _ => None,
    }
}
