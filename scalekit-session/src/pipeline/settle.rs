//! The part of a decision that waits: fetch keys, refresh, decide again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, ready, select};

use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::instance::Instance;
use crate::layout::{self, Showing};
use crate::memory::successors::{Found, Landed, Outcome};
use crate::pipeline::find;
use crate::pipeline::gate;
use crate::pipeline::open::{self, Shown};
use crate::pipeline::resolution::{Pending, Resolution, SessionState, Write, WriteOf};
use crate::pipeline::resolve;
use crate::pipeline::rotate;
use crate::request::RequestView;
use crate::rules::decide::{
    self, Cookies, Decision, Evidence, RETRY_AFTER, Refreshed, Settlement, Token, Urgency, Way,
};
use crate::rules::navigation;
use crate::token::jwt::{self, Verdict};
use crate::upstream::keys::Fetched;

/// How a request that waits asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) way: Way,
    pub(crate) showing: Showing,
    /// A `GET` that loads a page.
    pub(crate) navigation: bool,
    /// Wants a refresh whatever the token's age.
    pub(crate) renew: bool,
}

/// Carries out what `inspect` could not decide without Scalekit.
pub(crate) fn settle(
    instance: &Arc<Instance>,
    asked: Asked,
    shown: Shown,
    token: Token,
    waiting: Decision,
) -> Pending {
    let instance = Arc::clone(instance);
    Pending::new(async move { run(&instance, asked, shown, token, waiting).await })
}

/// Refreshes now, whatever the age of the session's token.
pub(crate) fn refresh_now(instance: &Arc<Instance>, request: &RequestView<'_>, now: Timestamp) -> Pending {
    let way = navigation::way(request);
    let cookies = RequestCookies::gather(request.headers, &instance.names);
    if let Some(state) = gate::refused(instance, request, &cookies) {
        return Pending::new(ready(Resolution::new(state)));
    }
    let found = find::find(instance, &cookies).ok().filter(|_| way.writable);
    let found = found
        .and_then(|found| Some((find::showing(instance, &cookies, &found), found.into_shown(instance)?)));
    let nobody = gate::stranger_or_expired(instance, &cookies);
    let instance = Arc::clone(instance);
    Pending::new(async move {
        let Some((showing, shown)) = found else {
            return Resolution { nobody, ..Resolution::new(SessionState::Anonymous) };
        };
        let asked = Asked { way, showing, navigation: false, renew: true };
        let (token, session) = open::verify(&instance, &shown, now);
        let session = session.unwrap_or_else(|| shown.session.clone());
        let shown = Shown { session, ..shown };
        let evidence = open::evidence(&instance, &shown.session, token, now);
        // Who may not be served may not refresh either; a token that is over is no obstacle.
        let next = decide::decide(way, Evidence::Session(&evidence), &instance.config.policy, now);
        run(&instance, asked, shown, token, next).await
    })
}

/// Refreshes a session whose access token is not at hand, for the refresh route of the split layout.
pub(crate) async fn renew(instance: &Arc<Instance>, asked: Asked, shown: Shown) -> Resolution {
    refresh(instance, asked, shown, false, Urgency::Required).await
}

/// Each round does one piece of I/O and decides again. `NeedKeys` and `Refresh` follow one another at most once.
async fn run(
    instance: &Arc<Instance>,
    asked: Asked,
    mut shown: Shown,
    mut token: Token,
    mut next: Decision,
) -> Resolution {
    loop {
        match next {
            Decision::NeedKeys => token = fetch_keys(instance, &mut shown).await,
            Decision::Serve | Decision::Refresh(_)
                if asked.renew && shown.session.facts().refresh.is_some() =>
            {
                return refresh(instance, asked, shown, token == Token::Valid, Urgency::Required).await;
            }
            Decision::Refresh(urgency) => {
                return refresh(instance, asked, shown, token == Token::Valid, urgency).await;
            }
            Decision::Verify => {
                let (verdict, session) = open::verify(instance, &shown, instance.now());
                shown.session = session.unwrap_or(shown.session);
                token = verdict;
            }
            Decision::Serve => return resolve::serve(instance, shown.session, instance.now()),
            Decision::Unavailable { retry_after } => {
                return Resolution::new(SessionState::Unavailable { retry_after });
            }
            Decision::Nobody(cookies) => {
                let now = instance.now();
                let evidence = open::evidence(instance, &shown.session, token, now);
                return resolve::unless_expired(
                    instance,
                    nobody(instance, &shown, cookies, now),
                    &evidence,
                    now,
                );
            }
        }
        let now = instance.now();
        let evidence = open::evidence(instance, &shown.session, token, now);
        next = decide::decide(asked.way, Evidence::Session(&evidence), &instance.config.policy, now);
    }
}

async fn fetch_keys(instance: &Arc<Instance>, shown: &mut Shown) -> Token {
    let now = instance.now();
    let verdict = jwt::verify_session_token(
        shown.payload.access_token.secret(),
        &instance.keys.snapshot(now),
        &instance.rules,
        now,
    );
    let fetched = match &verdict {
        Verdict::UnknownKey { kid } => {
            // What was sealed as verified was signed with a key that was published then.
            let seen_at = (!shown.payload.unverified).then_some(shown.payload.rotated_at);
            instance.keys.fetch_seen(kid, seen_at, now).await
        }
        _ => Fetched::Updated,
    };
    let (token, session) = open::verify(instance, shown, instance.now());
    if let Some(session) = session {
        shown.session = session;
    }
    match (token, fetched) {
        (Token::UnknownKey, Fetched::Updated) => Token::StillUnknown,
        (Token::UnknownKey, Fetched::Suppressed { .. } | Fetched::Failed { .. }) => Token::KeysUnavailable,
        (known, _) => known,
    }
}

/// A successor may itself be over when a latecomer asks for it; then its own refresh follows. Chains are short: they
/// grow by one per token life.
const LONGEST_CHAIN: usize = 8;

/// How long a request waits for a refresh, whose call goes on without it, where the token at hand is still good.
const OPPORTUNISTIC_WAIT: Duration = Duration::from_secs(2);
/// The same where nothing can be served without it.
const REQUIRED_WAIT: Duration = Duration::from_secs(10);

async fn refresh(
    instance: &Arc<Instance>,
    asked: Asked,
    mut shown: Shown,
    mut old_valid: bool,
    urgency: Urgency,
) -> Resolution {
    let mut written: Option<Arc<Landed>> = None;
    let mut patience = match urgency {
        Urgency::Opportunistic => OPPORTUNISTIC_WAIT,
        Urgency::Required => REQUIRED_WAIT,
    };
    for _ in 0..LONGEST_CHAIN {
        let outcome = fly(instance, asked.showing, &shown, patience).await;
        let now = instance.now();
        let old_end = shown.session.facts().end;
        let landed = outcome.landed.filter(|landed| is_heir(&shown, landed));
        let ended = instance.ended.get(&shown.session.facts().session_id) != decide::Ended::No;
        let refreshed = match (outcome.refreshed, &landed) {
            (Refreshed::Stranger, _) => Refreshed::Stranger,
            // Whatever the refresh brought: a session that ended meanwhile is nobody's (R32).
            _ if ended => Refreshed::Ended,
            (Refreshed::Rotated { .. }, None) => Refreshed::Ended,
            (other, _) => other,
        };
        let settlement = decide::decide_refreshed(refreshed, old_end, old_valid, now);
        written = landed.or(written);
        let state = match settlement {
            Settlement::ServeNew => match &written {
                Some(landed) if now < landed.session.facts().end => {
                    SessionState::Active(landed.session.clone())
                }
                Some(landed) => {
                    let Some(payload) = layout::open(instance, landed.session.facts().form, &landed.value)
                    else {
                        break;
                    };
                    shown =
                        Shown { session: landed.session.clone(), payload, value: Arc::clone(&landed.value) };
                    old_valid = false;
                    patience = REQUIRED_WAIT;
                    continue;
                }
                None => break,
            },
            Settlement::WriteNewServeOld | Settlement::ServeOld => {
                SessionState::Active(shown.session.clone())
            }
            Settlement::WriteNewUnavailable => SessionState::Unavailable { retry_after: RETRY_AFTER },
            Settlement::Unavailable { retry_after } => SessionState::Unavailable { retry_after },
            Settlement::Nobody(cookies) => {
                let cookies = if asked.way.writable { cookies } else { Cookies::Keep };
                let racing = asked.navigation && matches!(refreshed, Refreshed::Rejected { .. });
                let resolution = nobody(instance, &shown, cookies, now);
                return resolve::asking_again(instance, resolution, shown.session.facts().refresh, racing);
            }
        };
        return write(instance, asked, state, written.as_deref(), now);
    }
    write(
        instance,
        asked,
        SessionState::Unavailable { retry_after: RETRY_AFTER },
        written.as_deref(),
        instance.now(),
    )
}

/// Joins the one call for this refresh token, or picks up its result. Whoever runs out of patience finds it later.
async fn fly(instance: &Arc<Instance>, showing: Showing, shown: &Shown, patience: Duration) -> Outcome {
    let now = instance.now();
    let facts = shown.session.facts();
    let Some(key) = facts.refresh else {
        return Outcome::without_successor(Refreshed::Rejected { since: Timestamp::EPOCH });
    };
    let mut found = instance.refreshes.join(key, facts.generation, instance.config.policy.retention, now);
    if let Found::Begun(flight, landing) = found {
        // No lock is held here: a runtime may run the task at once, and the task takes it.
        rotate::start(instance, key, shown.payload.clone(), shown.session.clone(), showing.beside, landing);
        found = Found::Flying(flight);
    }
    match found {
        Found::Flying(flight) | Found::Begun(flight, _) => {
            match select(flight, instance.runtime.sleep(patience)).await {
                Either::Left((Some(outcome), _)) => outcome,
                Either::Left((None, _)) | Either::Right(_) => {
                    Outcome::without_successor(Refreshed::Failed { retry_after: RETRY_AFTER })
                }
            }
        }
        Found::Landed(landed) => {
            Outcome { refreshed: Refreshed::Rotated { usable: landed.usable }, landed: Some(landed) }
        }
        Found::BackOff { until } => {
            Outcome::without_successor(Refreshed::Failed { retry_after: until.since(now) })
        }
        Found::Spent => Outcome::without_successor(Refreshed::Spent),
        Found::Rejected { since } => Outcome::without_successor(Refreshed::Rejected { since }),
    }
}

fn nobody(instance: &Instance, shown: &Shown, cookies: Cookies, now: Timestamp) -> Resolution {
    resolve::nobody(instance, shown.session.facts().form, Some(shown.session.names()), cookies, now)
}

/// A successor is given only to the session it belongs to.
fn is_heir(shown: &Shown, landed: &Landed) -> bool {
    let (old, new) = (shown.session.facts(), landed.session.facts());
    old.session_id == new.session_id && old.claims.subject() == new.claims.subject()
}

/// The decision, with the cookies of the successor if there is one; nothing for a session that ended meanwhile (R32).
fn write(
    instance: &Instance,
    asked: Asked,
    state: SessionState,
    landed: Option<&Landed>,
    now: Timestamp,
) -> Resolution {
    let Some(landed) = landed else {
        return Resolution::new(state);
    };
    let facts = landed.session.facts();
    if instance.ended.get(&facts.session_id) != decide::Ended::No {
        return Resolution::new(SessionState::Anonymous);
    }
    let mut resolution = Resolution::new(state);
    if let Ok(cookies) = layout::renewed_cookies(instance, &landed.value, &landed.session, asked.showing, now)
    {
        landed.hand_out(now);
        let of = Some(WriteOf::Data(facts.session_id, facts.generation));
        resolution.write = Some(Box::new(Write { cookies, of }));
    }
    resolution
}
