//! The refresh route of the split layout: the one place to which browsers send the refresh token.
//!
//! | request | fresh | refreshed | nobody | unavailable |
//! |---|---|---|---|---|
//! | `POST`, of a script | 204 | 204, all cookies | 401 | 503 |
//! | `GET`, a page load that was led here | back | back, all cookies | to login | 503 page |

use std::sync::Arc;
use std::time::Duration;

use crate::answer::refusal::Nobody;
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::clock::Timestamp;
use crate::cookie::form::Form;
use crate::cookie::{Present, SetCookie};
use crate::instance::Instance;
use crate::layout::{self, Showing};
use crate::pipeline::commit;
use crate::pipeline::find;
use crate::pipeline::open::{self, Shown};
use crate::pipeline::resolution::{Resolution, SessionState};
use crate::pipeline::resolve;
use crate::pipeline::settle::{self, Asked};
use crate::request::{RequestHead, RequestView};
use crate::routes::hop_guard;
use crate::routes::login;
use crate::routes::refuse;
use crate::rules::decide::{self, Decision, Evidence, SessionEvidence, Standing, Token, Way};
use crate::rules::navigation;
use crate::rules::origin;
use crate::session::Session;
use crate::upstream::keys::Fetched;

/// Answers the refresh route.
pub(crate) async fn renew(instance: &Arc<Instance>, head: &RequestHead) -> Reply {
    let request = head.view();
    if navigation::is_prefetch(&request) {
        return Reply::new(204);
    }
    match request.method {
        "POST" | "GET" if origin::is_misdirected(&request, instance.config.redirect.reach) => {
            refuse::refuse(instance, &request, &Refusal::Misdirected, instance.now())
        }
        "POST" if origin::is_cross_origin(&request, &instance.config.origins) => {
            refuse::refuse(instance, &request, &Refusal::CrossOrigin, instance.now())
        }
        "POST" => {
            let (outcome, cookies) = outcome(instance, head, Caller::Script).await;
            to_script(instance, &request, &outcome).with_cookies(cookies)
        }
        "GET" if navigation::may_begin_login(&request) => {
            let (outcome, cookies) = outcome(instance, head, Caller::Page).await;
            to_page(instance, &request, &outcome).with_cookies(cookies)
        }
        "GET" => refuse::problem(instance, &Refusal::Unauthenticated),
        "HEAD" => Reply::new(204),
        _ => Reply::new(405).with_header("allow", "GET, HEAD, POST"),
    }
}

/// Who waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Script,
    Page,
}

/// How it went.
#[derive(Debug)]
enum Outcome {
    /// There is an access token, whose cookie should be in the browser until then.
    Signed(Session, Timestamp),
    Nobody(Nobody),
    Unavailable(Duration),
}

fn to_script(instance: &Instance, request: &RequestView<'_>, outcome: &Outcome) -> Reply {
    match *outcome {
        Outcome::Signed(..) => Reply::new(204),
        Outcome::Nobody(_) => refuse::problem(instance, &Refusal::Unauthenticated),
        Outcome::Unavailable(retry_after) => {
            refuse::refuse(instance, request, &Refusal::Unavailable { retry_after }, instance.now())
        }
    }
}

fn to_page(instance: &Instance, request: &RequestView<'_>, outcome: &Outcome) -> Reply {
    let return_to = login::return_to(instance, request);
    let now = instance.now();
    match *outcome {
        Outcome::Signed(ref session, until) => Reply::see_other(return_to.as_str())
            .with_cookies(hop_guard::guard(instance, request, session, until, now)),
        // 16a: another answer may be bringing the cookies.
        Outcome::Nobody(Nobody::Racing) => Reply::see_other(return_to.as_str()),
        Outcome::Nobody(_) => refuse::begin_login(instance, request, Some(&return_to), now),
        Outcome::Unavailable(retry_after) => refuse::page(instance, &Refusal::Unavailable { retry_after }),
    }
}

/// Refreshes what is due. What the reply writes has passed the commit point.
async fn outcome(instance: &Arc<Instance>, head: &RequestHead, caller: Caller) -> (Outcome, Vec<SetCookie>) {
    let resolution = match look(instance, &head.view(), caller).await {
        Look::Fresh(session, until) => return (Outcome::Signed(session, until), Vec::new()),
        Look::Settled(resolution) => resolution,
        Look::Due(asked, shown) => {
            let session = shown.session.clone();
            let resolution = settle::renew(instance, asked, *shown).await;
            if caller == Caller::Script && was_early(instance, &session, &resolution) {
                let until = session.facts().soft;
                return (Outcome::Signed(session, until), Vec::new());
            }
            resolution
        }
    };
    let now = instance.now();
    let cookies = commit::current_cookies(instance, &resolution, now);
    let outcome = match resolution.state {
        SessionState::Active(session) if instance.ended.get(&session.names().0) == decide::Ended::No => {
            let until = now + layout::access_age(&session, now);
            Outcome::Signed(session, until)
        }
        SessionState::Unavailable { retry_after } => Outcome::Unavailable(retry_after),
        _ => Outcome::Nobody(resolution.nobody),
    };
    (outcome, cookies)
}

/// Whether a refresh failed that the clocks of other instances wanted, and not this one's: by this one the browser has an
/// access cookie that is good for a while (rows 14 and 15).
fn was_early(instance: &Instance, session: &Session, resolution: &Resolution) -> bool {
    let failed = resolution.write.is_none() && !matches!(resolution.state, SessionState::Active(_));
    let ended = instance.ended.get(&session.names().0) != decide::Ended::No;
    failed && !ended && instance.now() + Duration::from_secs(1) < session.facts().soft
}

/// What the refresh cookie shows.
enum Look {
    /// Nothing is due. Nobody asks Scalekit, also where the browser lost the access cookie.
    Fresh(Session, Timestamp),
    Settled(Resolution),
    Due(Asked, Box<Shown>),
}

/// Decides by the same table as every request. There is no access token to verify: it is the refresh that matters, so
/// what counts as the end is the time from which one is due. Whether its key was withdrawn is told by the key's name (8b).
async fn look(instance: &Arc<Instance>, request: &RequestView<'_>, caller: Caller) -> Look {
    let way = Way { preflight: false, writable: true, early: true };
    let policy = &instance.config.policy;
    let found = find::find_as(instance, request, Form::Refresh);
    // Nothing is deleted here that does not open with its marker: without one nobody comes here, and a login overwrites it.
    let Some(mut shown) = found.and_then(|found| found.into_shown(instance)) else {
        return Look::Settled(Resolution::new(SessionState::Anonymous));
    };
    let of = shown.session.names();
    instance.refreshes.seen(&of.0, of.1);
    let facts = shown.session.facts();
    let life = facts.claims.expires_at().since(facts.claims.issued_at());
    let until = layout::fresh_until(facts.soft, life, policy);
    let token = if instance.now() < until { key_standing(instance, &shown).await } else { Token::Valid };
    let now = instance.now();
    let evidence = open::evidence(instance, &shown.session, token, now);
    let evidence = SessionEvidence { end: until, soft: until, ..evidence };
    match decide::decide(way, Evidence::Session(&evidence), policy, now) {
        Decision::Serve => Look::Fresh(shown.session, until),
        Decision::Refresh(_) => {
            // What a refresh does not bring anew stays (R12, R34).
            shown.payload.id_token = find::id_token_of(instance, request, of.0);
            let present = Present::of(request, &instance.names);
            let unread = find::find_as(instance, request, Form::Identity).is_none();
            let present = present.keeping_identity(unread && !present.get(Form::Identity).is_empty());
            let showing = Showing::with(Form::Refresh, present);
            let asked = Asked { way, showing, navigation: caller == Caller::Page, renew: true };
            Look::Due(asked, Box::new(shown))
        }
        Decision::Nobody(cookies) => {
            let racing = caller == Caller::Page && matches!(evidence.refresh, Standing::Rejected { .. });
            let key = shown.session.facts().refresh;
            let resolution = resolve::nobody(instance, Form::Refresh, Some(of), cookies, now);
            Look::Settled(resolve::asking_again(instance, resolution, key, racing))
        }
        Decision::Unavailable { retry_after } => {
            Look::Settled(Resolution::new(SessionState::Unavailable { retry_after }))
        }
        Decision::Verify | Decision::NeedKeys => Look::Settled(Resolution::new(SessionState::Anonymous)),
    }
}

/// A token whose key was withdrawn is served nowhere, however fresh it is.
async fn key_standing(instance: &Instance, shown: &Shown) -> Token {
    let now = instance.now();
    let Some(key_id) = layout::key_id(&shown.session) else { return Token::Valid };
    let is_published = |now| instance.keys.snapshot(now).find(key_id).is_some();
    if is_published(now) {
        return Token::Valid;
    }
    let seen_at = (!shown.payload.unverified).then_some(shown.payload.rotated_at);
    let fetched = instance.keys.fetch_seen(key_id, seen_at, now).await;
    match fetched == Fetched::Updated && !is_published(instance.now()) {
        true => Token::StillUnknown,
        false => Token::Valid,
    }
}
