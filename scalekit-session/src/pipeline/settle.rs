//! The part of a decision that waits: fetches keys or refreshes, then decides again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, ready, select};

use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::instance::Instance;
use crate::layout::{Beside, Held};
use crate::memory::successors::{Joined, Outcome, Successor};
use crate::pipeline::decide::{self, Case, Noted, Step, Wait};
use crate::pipeline::find;
use crate::pipeline::gate;
use crate::pipeline::open::{Shown, Unpacked};
use crate::pipeline::refresh;
use crate::pipeline::resolution::{Pending, Resolution, SessionState, Write, WriteOf};
use crate::pipeline::resolve;
use crate::request::RequestView;
use crate::rules::decide::{
    Cookies, Ended, RETRY_AFTER, Refreshed, Settlement, Token, Urgency, decide_refreshed,
};
use crate::upstream::keys::Fetched;

/// Goes on with a case that `inspect` could not decide without a call to Scalekit.
pub(crate) fn settle(instance: &Arc<Instance>, case: Case, noted: Noted, held: Held, wait: Wait) -> Pending {
    let instance = Arc::clone(instance);
    Pending::new(async move { run(&instance, case, noted, held, wait).await })
}

/// Refreshes now, whatever the age of the access token. A session that may not be served is not refreshed either,
/// unless only its access token is over.
pub(crate) fn refresh_now(instance: &Arc<Instance>, request: &RequestView<'_>, now: Timestamp) -> Pending {
    let cookies = RequestCookies::gather(request.headers, &instance.layout.names);
    if let Some(state) = gate::refused(instance, request, &cookies) {
        return Pending::new(ready(Resolution::new(state)));
    }
    if !request.writable {
        let no_session = gate::no_session(instance, &cookies);
        return Pending::new(ready(Resolution { no_session, ..Resolution::new(SessionState::Anonymous) }));
    }
    let noted = Noted { wants_refresh: true, navigation: false, ..Noted::of(request) };
    let case = find::case(instance, &cookies, now);
    match decide::step(instance, case, &noted, Some(&cookies), now) {
        Step::Settled(resolution) => Pending::new(ready(resolution)),
        Step::Waits(case, wait) => {
            let held = find::held(instance, &cookies, &case);
            settle(instance, case, noted, held, wait)
        }
    }
}

/// Does one piece of I/O in each round, then decides again. Keys are fetched in one round at most, and a refresh is the
/// last round.
pub(crate) async fn run(
    instance: &Arc<Instance>,
    mut case: Case,
    noted: Noted,
    held: Held,
    mut wait: Wait,
) -> Resolution {
    loop {
        case = match (wait, case) {
            (Wait::Refresh(urgency), Case::Session(shown, token)) => {
                return match shown.unpack(instance) {
                    Some(unpacked) => refresh_session(instance, noted, held, unpacked, token, urgency).await,
                    None => Resolution::new(SessionState::Anonymous),
                };
            }
            (Wait::Keys, Case::Session(mut shown, _)) => {
                let token = fetch_keys(instance, &mut shown).await;
                Case::Session(shown, token)
            }
            (_, none @ Case::None(..)) => none,
        };
        match decide::step(instance, case, &noted, None, instance.now()) {
            Step::Settled(resolution) => return resolution,
            Step::Waits(next, again) => (case, wait) = (next, again),
        }
    }
}

async fn fetch_keys(instance: &Arc<Instance>, shown: &mut Shown) -> Token {
    let fetched = match shown.signing_key() {
        Some((key_id, seen_at)) => instance.keys.fetch_seen(&key_id, seen_at, instance.now()).await,
        None => Fetched::Updated,
    };
    match (shown.verify(instance, instance.now()), fetched) {
        (Token::UnknownKey, Fetched::Updated) => Token::StillUnknown,
        (Token::UnknownKey, Fetched::Suppressed { .. } | Fetched::Failed { .. }) => match shown {
            // The refresh route hands out no claims of this access token. While the keys cannot be fetched, it takes
            // the key for published.
            Shown::Refresh(_) => Token::Valid,
            Shown::Known(_) | Shown::Opened(_) => Token::KeysUnavailable,
        },
        (known, _) => known,
    }
}

/// The most refreshes that one request joins. The successor of an old cookie may itself be over, and then its own
/// refresh follows. Such chains are short: they grow by one in each life of an access token.
const LONGEST_CHAIN: usize = 8;

/// How long a request waits for a refresh when its access token is still good. The refresh goes on afterwards.
const OPPORTUNISTIC_WAIT: Duration = Duration::from_secs(2);
/// How long a request waits for a refresh without which it cannot be served. The refresh goes on afterwards.
const REQUIRED_WAIT: Duration = Duration::from_secs(10);

async fn refresh_session(
    instance: &Arc<Instance>,
    noted: Noted,
    held: Held,
    mut unpacked: Unpacked,
    token: Token,
    urgency: Urgency,
) -> Resolution {
    let mut old_valid = token == Token::Valid;
    let mut written: Option<Arc<Successor>> = None;
    let mut patience = match urgency {
        Urgency::Opportunistic => OPPORTUNISTIC_WAIT,
        Urgency::Required => REQUIRED_WAIT,
    };
    for _ in 0..LONGEST_CHAIN {
        let outcome = join(instance, held.beside, &unpacked, patience).await;
        let now = instance.now();
        let old_end = unpacked.session.facts().end;
        let successor = outcome.successor.filter(|successor| is_heir(&unpacked, successor));
        let ended = instance.ended.get(&unpacked.session.facts().session_id) != Ended::No;
        let refreshed = match (outcome.refreshed, &successor) {
            (Refreshed::Stranger, _) => Refreshed::Stranger,
            // A session that ended during the refresh is not served, whatever the refresh brought (R32).
            _ if ended => Refreshed::Ended,
            (Refreshed::Succeeded { .. }, None) => Refreshed::Ended,
            (other, _) => other,
        };
        written = successor.or(written);
        let state = match decide_refreshed(refreshed, old_end, old_valid, now) {
            Settlement::ServeNew => match &written {
                Some(successor) if now < successor.sealed.session.facts().end => {
                    SessionState::Active(successor.sealed.session.clone())
                }
                Some(successor) => {
                    let session = successor.sealed.session.clone();
                    let Some(payload) = instance.layout.open(session.facts().holder, &successor.sealed.value)
                    else {
                        break;
                    };
                    unpacked = Unpacked { session, payload };
                    old_valid = false;
                    patience = REQUIRED_WAIT;
                    continue;
                }
                None => break,
            },
            Settlement::WriteNewServeOld | Settlement::ServeOld => {
                SessionState::Active(unpacked.session.clone())
            }
            Settlement::WriteNewUnavailable => SessionState::Unavailable { retry_after: RETRY_AFTER },
            Settlement::Unavailable { retry_after } => SessionState::Unavailable { retry_after },
            Settlement::Anonymous(cookies) => {
                let cookies = if noted.writable { cookies } else { Cookies::Keep };
                let racing = noted.navigation && matches!(refreshed, Refreshed::Rejected { .. });
                let facts = unpacked.session.facts();
                let of = Some(unpacked.session.names());
                let resolution = resolve::anonymous(instance, facts.holder, of, cookies, now);
                return resolve::asking_again(instance, resolution, facts.refresh, racing);
            }
        };
        return write(instance, held, state, written.as_deref(), now);
    }
    let unavailable = SessionState::Unavailable { retry_after: RETRY_AFTER };
    write(instance, held, unavailable, written.as_deref(), instance.now())
}

/// Waits for the one refresh of this refresh token, which it begins if need be, or takes its result. When `patience`
/// has passed, the refresh goes on, and a later request finds its result.
async fn join(instance: &Arc<Instance>, beside: Beside, unpacked: &Unpacked, patience: Duration) -> Outcome {
    let now = instance.now();
    let facts = unpacked.session.facts();
    let Some(key) = facts.refresh else {
        return Outcome::without_successor(Refreshed::Rejected { since: Timestamp::EPOCH });
    };
    let flight = match instance.refreshes.join(key, facts.generation, instance.config.policy.retention, now) {
        Joined::Known(outcome) => return outcome,
        Joined::Flying(flight) => flight,
        Joined::Begun(flight, landing) => {
            // The table's lock is not held here: a runtime may run the task at once, and the task takes that lock.
            let Unpacked { payload, session } = unpacked;
            refresh::start(instance, key, payload.clone(), session.clone(), beside, landing);
            flight
        }
    };
    match select(flight, instance.runtime.sleep(patience)).await {
        Either::Left((Some(outcome), _)) => outcome,
        Either::Left((None, _)) | Either::Right(_) => {
            Outcome::without_successor(Refreshed::Failed { retry_after: RETRY_AFTER })
        }
    }
}

/// Whether a successor belongs to the session that asks for it: same session id and same user.
fn is_heir(unpacked: &Unpacked, successor: &Successor) -> bool {
    let (old, new) = (unpacked.session.facts(), successor.sealed.session.facts());
    old.session_id == new.session_id && old.claims.subject() == new.claims.subject()
}

/// The resolution with this state and the cookies of the successor, if there is one. A session that ended during the
/// refresh is neither served nor written (R32).
fn write(
    instance: &Instance,
    held: Held,
    state: SessionState,
    successor: Option<&Successor>,
    now: Timestamp,
) -> Resolution {
    let Some(successor) = successor else {
        return Resolution::new(state);
    };
    let facts = successor.sealed.session.facts();
    if instance.ended.get(&facts.session_id) != Ended::No {
        return Resolution::new(SessionState::Anonymous);
    }
    let mut resolution = Resolution::new(state);
    if let Ok(cookies) = instance.layout.refreshed_lines(&successor.sealed, held, now) {
        successor.hand_out(now);
        let of = Some(WriteOf::Data(facts.session_id, facts.generation));
        resolution.write = Some(Box::new(Write { cookies, of }));
    }
    resolution
}
