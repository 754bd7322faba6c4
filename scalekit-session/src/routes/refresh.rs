//! The refresh route of the split layout: the only route to which browsers send the refresh token.
//!
//! | request | access token is fresh | refreshed now | no session | Scalekit unavailable |
//! |---|---|---|---|---|
//! | `POST` by a script | 204 | 204, all cookies | 401 | 503 |
//! | `GET`, a page load that was redirected here | back to the page | back, all cookies | to login | 503 page |

use std::sync::Arc;
use std::time::Duration;

use crate::answer::problem::problem;
use crate::answer::refusal::{NoSession, Refusal};
use crate::answer::reply::Reply;
use crate::clock::Timestamp;
use crate::cookie::{Holder, Part, RequestCookies, SetCookie};
use crate::instance::Instance;
use crate::layout::{self, Held};
use crate::pipeline::commit;
use crate::pipeline::decide::{self, Case, Noted, Step, Wait};
use crate::pipeline::find;
use crate::pipeline::open::Shown;
use crate::pipeline::resolution::{Resolution, SessionState};
use crate::pipeline::settle;
use crate::request::{RequestHead, RequestView};
use crate::routes::hop_guard;
use crate::routes::login;
use crate::routes::refuse;
use crate::rules::decide::Ended;
use crate::rules::navigation;
use crate::rules::origin;
use crate::session::Session;

/// Answers the refresh route.
pub(crate) async fn refresh(instance: &Arc<Instance>, head: &RequestHead) -> Reply {
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
            let cookies = RequestCookies::gather(head, &instance.layout.names);
            let (outcome, lines) = outcome(instance, &cookies, request.target, Caller::Script).await;
            to_script(instance, &request, &outcome).with_cookies(lines)
        }
        "GET" if navigation::may_begin_login(&request) => {
            let cookies = RequestCookies::gather(head, &instance.layout.names);
            let (outcome, lines) = outcome(instance, &cookies, request.target, Caller::Page).await;
            to_page(instance, &request, &cookies, &outcome).with_cookies(lines)
        }
        "GET" => problem(&Refusal::Unauthenticated, &instance.config.routes),
        "HEAD" => Reply::new(204),
        _ => Reply::new(405).with_header("allow", "GET, HEAD, POST"),
    }
}

/// Who waits for the reply: a script, or a page load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Script,
    Page,
}

/// The result of a call of the refresh route.
#[derive(Debug)]
enum Outcome {
    /// The session has an access token. The browser should have its cookie until this time.
    SignedIn(Session, Timestamp),
    NoSession(NoSession),
    Unavailable(Duration),
}

fn to_script(instance: &Instance, request: &RequestView<'_>, outcome: &Outcome) -> Reply {
    match *outcome {
        Outcome::SignedIn(..) => Reply::new(204),
        Outcome::NoSession(_) => problem(&Refusal::Unauthenticated, &instance.config.routes),
        Outcome::Unavailable(retry_after) => {
            refuse::refuse(instance, request, &Refusal::Unavailable { retry_after }, instance.now())
        }
    }
}

fn to_page(
    instance: &Instance,
    request: &RequestView<'_>,
    cookies: &RequestCookies<'_>,
    outcome: &Outcome,
) -> Reply {
    let return_to = login::return_to(instance, request);
    let now = instance.now();
    match *outcome {
        Outcome::SignedIn(ref session, until) => Reply::see_other(return_to.as_str())
            .with_cookies(hop_guard::guard(instance, cookies, session, until, now)),
        // Row 16a: another response may be bringing the new cookies.
        Outcome::NoSession(NoSession::Racing) => Reply::see_other(return_to.as_str()),
        Outcome::NoSession(_) => refuse::begin_login(instance, cookies, Some(&return_to), now),
        Outcome::Unavailable(retry_after) => refuse::page(instance, &Refusal::Unavailable { retry_after }),
    }
}

/// Refreshes the session if that is due. The `Set-Cookie` lines in the result have passed the commit point.
async fn outcome(
    instance: &Arc<Instance>,
    cookies: &RequestCookies<'_>,
    target: &str,
    caller: Caller,
) -> (Outcome, Vec<SetCookie>) {
    // A refresh cookie that cannot be opened or does not match its marker is not deleted. The next login overwrites it.
    let holder = Holder::Split(Part::Refresh);
    let Some(shown) = find::in_cookie(instance, cookies, holder) else {
        return (Outcome::NoSession(NoSession::NotSignedIn), Vec::new());
    };
    let (id, generation) = shown.names();
    instance.refreshes.seen(&id, generation);
    let noted =
        Noted { writable: true, early: true, navigation: caller == Caller::Page, wants_refresh: false };
    let now = instance.now();
    let before = match &shown {
        Shown::Refresh(unpacked) => Some(unpacked.session.clone()),
        Shown::Known(_) | Shown::Opened(_) => None,
    };
    let case = Case::of(instance, with_id_token(instance, cookies, shown), now);
    let resolution = match decide::step(instance, case, &noted, None, now) {
        Step::Settled(resolution) => resolution,
        Step::Waits(case, wait) => {
            let held = held(instance, cookies, target);
            let resolution = settle::run(instance, case, noted, held, wait).await;
            // Only what is due by time can be early: where the key was withdrawn, the access token counts nowhere.
            let by_time = matches!(wait, Wait::Refresh(_)) && caller == Caller::Script;
            if let Some(session) = before.filter(|session| was_early(instance, session, &resolution))
                && by_time
            {
                let until = session.facts().due_at;
                return (Outcome::SignedIn(session, until), Vec::new());
            }
            resolution
        }
    };
    let now = instance.now();
    let lines = commit::current_cookies(instance, &resolution, now);
    let written = resolution.write.is_some();
    let outcome = match resolution.state {
        SessionState::Active(session) if is_ended(instance, &session) => {
            drop(session);
            Outcome::NoSession(resolution.no_session)
        }
        SessionState::Active(session) => {
            let until = match written {
                true => now + layout::access_age(&session, now),
                false => instance.layout.fresh_until(&session),
            };
            Outcome::SignedIn(session, until)
        }
        SessionState::Unavailable { retry_after } => Outcome::Unavailable(retry_after),
        _ => Outcome::NoSession(resolution.no_session),
    };
    (outcome, lines)
}

/// The session with the ID token of its ID cookie, so that the ID token stays when the refresh brings no new one (R12,
/// R34).
fn with_id_token(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, shown: Shown) -> Shown {
    match shown {
        Shown::Refresh(mut unpacked) => {
            let id = unpacked.session.names().0;
            let holder = Holder::Split(Part::Identity);
            unpacked.payload.id_token = find::id_token_of(instance, cookies, holder, id);
            Shown::Refresh(unpacked)
        }
        other => other,
    }
}

/// Which cookies the browser has. An ID cookie that came and cannot be read is not overwritten.
fn held(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, target: &str) -> Held {
    let identity = Holder::Split(Part::Identity);
    let unread = find::in_cookie(instance, cookies, identity).is_none();
    let present = instance.layout.present(cookies, target);
    let keeps = unread && !present.get(identity).is_empty();
    Held::new(Holder::Split(Part::Refresh), present.keeping_identity(keeps))
}

/// Whether a refresh failed that only another instance's clock thought due. By our clock the access token is still good
/// for more than a second, and the browser has it (rows 14 and 15).
fn was_early(instance: &Instance, session: &Session, resolution: &Resolution) -> bool {
    let failed = resolution.write.is_none() && !matches!(resolution.state, SessionState::Active(_));
    failed && !is_ended(instance, session) && instance.now() + Duration::from_secs(1) < session.facts().due_at
}

fn is_ended(instance: &Instance, session: &Session) -> bool {
    instance.ended.get(&session.names().0) != Ended::No
}
