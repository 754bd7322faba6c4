//! The callback route: ties the answer to the browser that began the flow, redeems the code, and seals a session.

use std::sync::Arc;

use super::asking;
use super::query::{Query, Repeated};
use super::transaction::{self, Transaction};
use crate::clock::Timestamp;
use crate::cookie::{Present, RequestCookies};
use crate::core::Core;
use crate::decide::Ended;
use crate::error::ErrorKind;
use crate::find;
use crate::grant::Grant;
use crate::hooks::Login;
use crate::id::FlowId;
use crate::jwt::{self, Expected, Verdict};
use crate::keys::{Budget, Fetched};
use crate::logins::Finish;
use crate::loops;
use crate::navigation;
use crate::oauth::{self, TokenFailure, TokenResponse};
use crate::pages::{Page, PageKind};
use crate::reply::Reply;
use crate::request::{RequestHead, RequestView};
use crate::return_to::ReturnTo;
use crate::rotation::{send, turn};
use crate::sealing;
use crate::secret::AuthorizationCode;
use crate::session::SealedSession;

/// Answers the callback route.
pub(crate) async fn complete(core: &Arc<Core>, head: &RequestHead) -> Reply {
    let method = head.view().method;
    if !matches!(method, "GET" | "HEAD") {
        return Reply::new(405).with_header("allow", "GET, HEAD");
    }
    // Link scanners and previews look without a browser's cookies; a code is not theirs to redeem (R52).
    if method == "HEAD" || navigation::is_prefetch(&head.view()) {
        return Reply::new(204);
    }
    let query = Query::of(&head.view());
    let answer = match Answer::of(&query) {
        Ok(answer) => answer,
        Err(Repeated) => return page(core, 400, PageKind::LoginFailed, None),
    };
    let present = RequestCookies::gather(head, &core.names);
    let flow = FlowId::of(answer.state);
    let Some(transaction) = transaction::find(core, &present, answer.state, core.now()) else {
        return again(core, &head.view(), flow);
    };
    let return_to = transaction.return_to.clone();
    let reply = match answer.outcome {
        Ok(code) => redeem(core, head, transaction, AuthorizationCode::new(code)).await,
        Err(error) => {
            tracing::info!(error = ?error, "Scalekit answered a login with an error");
            page(core, 400, PageKind::LoginFailed, Some(&return_to))
        }
    };
    reply.with_cookies([transaction::end_cookie(core, flow)])
}

/// What Scalekit sent the browser back with.
struct Answer<'a> {
    state: &'a str,
    outcome: Result<&'a str, &'a str>,
}

impl<'a> Answer<'a> {
    /// An answer has a state, and either a code or an error; each of them once.
    fn of(query: &'a Query) -> Result<Self, Repeated> {
        let state = query.once("state")?.unwrap_or_default();
        let outcome = match (query.once("code")?, query.once("error")?) {
            (Some(code), None) => Ok(code),
            (_, Some(error)) => Err(error),
            (None, None) => Err("no_code"),
        };
        Ok(Self { state, outcome })
    }
}

/// No flow of this browser: loaded again, too late, or another browser's. Who is signed in by that very flow goes where
/// it led; everybody else may begin again.
fn again(core: &Arc<Core>, request: &RequestView<'_>, flow: FlowId) -> Reply {
    let shown = find::shown(core, request);
    let live = shown
        .as_ref()
        .map(|shown| shown.session.facts().session_id)
        .filter(|id| core.ended.get(id) == Ended::No);
    match (core.logins.former(flow), live) {
        (Some(former), Some(live)) if former.session == live => Reply::see_other(former.return_to.as_str()),
        (_, Some(_)) => {
            let path = core.config.default_return_to.as_str();
            let page = Page::new(PageKind::LoginStale).with_link("Continue", path);
            Reply::html(400, (core.hooks.pages)(&page))
        }
        (_, None) => page(core, 400, PageKind::LoginStale, None),
    }
}

/// Redeems the code once, in a task that goes on when the browser hangs up.
async fn redeem(
    core: &Arc<Core>,
    head: &RequestHead,
    transaction: Transaction,
    code: AuthorizationCode,
) -> Reply {
    let (flow, return_to) = (transaction.flow(), transaction.return_to.clone());
    let elsewhere = transaction.begun_elsewhere;
    let before = find::shown(core, &head.view());
    let looped = loops::signed_in(core, &head.view(), core.now());
    let completion = core.logins.join(flow, &return_to, core.now(), |sender| {
        let task_core = Arc::clone(core);
        core.runtime.spawn(Box::pin(async move {
            let _under_way = task_core.under_way.read().await;
            let finish = finish(&task_core, &transaction, &code).await;
            if let Finish::SignedIn(sealed) = &finish {
                task_core.logins.signed_in(flow, sealed.session.facts().session_id);
            }
            drop(sender.send(finish));
        }));
    });
    let Some(completion) = completion else {
        return again(core, &head.view(), flow);
    };
    let now = core.now();
    match completion.await.unwrap_or(Finish::Unavailable) {
        Finish::SignedIn(sealed) => {
            let id = sealed.session.facts().session_id;
            let replaced = before.as_ref().filter(|before| asking::stands(core, before, now));
            let replaced = replaced.map(|before| before.session.user_id());
            let replaced = replaced.or(find::hides_somebody(core, &head.view()).then_some("somebody"));
            if asking::holds_back(elsewhere, replaced, sealed.session.user_id()) {
                return hold_back(core, &sealed, &return_to, now);
            }
            if core.ended.get(&id) != Ended::No {
                return page(core, 400, PageKind::LoginStale, Some(&return_to));
            }
            if let Some(before) = before.filter(|before| before.session.facts().session_id != id) {
                let facts = before.session.facts();
                core.end(facts.session_id, Ended::Replaced, facts.login_at, now);
            }
            signed_in(core, &head.view(), &sealed, &return_to, now).with_cookies(looped)
        }
        Finish::Failed => page(core, 400, PageKind::LoginFailed, Some(&return_to)),
        Finish::Refused => page(core, 403, PageKind::LoginRefused, None),
        Finish::Unavailable => {
            page(core, 503, PageKind::Unavailable, Some(&return_to)).with_header("retry-after", "5")
        }
        Finish::TooLarge => Reply::html(500, (core.hooks.pages)(&Page::new(PageKind::SessionTooLarge))),
        Finish::Misconfigured => page(core, 500, PageKind::Misconfigured, None),
    }
}

/// Asks first, and ends the session that came of it: what was not confirmed is handed out by no later load either.
fn hold_back(core: &Core, sealed: &SealedSession, return_to: &ReturnTo, now: Timestamp) -> Reply {
    tracing::warn!(target: "scalekit_session::security", "a login that another site began would change who is signed in: asking first");
    let facts = sealed.session.facts();
    core.end(facts.session_id, Ended::Revoked, facts.login_at, now);
    asking::page(core, crate::refuse::login_path(core, Some(return_to)))
}

fn signed_in(
    core: &Core,
    request: &RequestView<'_>,
    sealed: &SealedSession,
    return_to: &ReturnTo,
    now: Timestamp,
) -> Reply {
    let present = Present::of(request, &core.names);
    match sealing::login_cookies(core, &sealed.value, &sealed.session, present, now) {
        Ok(cookies) => Reply::see_other(return_to.as_str()).with_cookies(cookies),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a login cannot be kept");
            page(core, 500, PageKind::Misconfigured, None)
        }
    }
}

async fn finish(core: &Arc<Core>, transaction: &Transaction, code: &AuthorizationCode) -> Finish {
    let redirect_uri = &core.config.redirect.uri;
    let request =
        oauth::code_request(&core.endpoints, &core.client, code, redirect_uri, Some(&transaction.verifier()));
    let sent = match turn(core, &core.exchanges).await {
        Ok(_turn) => send(core, request).await,
        Err(error) => Err(error),
    };
    match oauth::read_token_response(sent) {
        Ok(tokens) => accept(core, transaction, tokens).await,
        Err(TokenFailure::Rejected) => {
            tracing::warn!("Scalekit refused an authorization code");
            Finish::Failed
        }
        Err(TokenFailure::Misconfigured { code }) => {
            tracing::error!(code, "Scalekit refuses this client: check client id, secret and redirect URI");
            Finish::Misconfigured
        }
        Err(TokenFailure::Transient { cause, .. }) => {
            tracing::warn!(?cause, "a login could not be completed");
            Finish::Unavailable
        }
    }
}

/// Verifies what the code brought, asks the application, and seals the session.
async fn accept(core: &Arc<Core>, transaction: &Transaction, tokens: TokenResponse) -> Finish {
    let now = core.now();
    let verify = |now| {
        let keys = core.keys.snapshot(now);
        let access = jwt::verify_session_token(tokens.access_token.secret(), &keys, &core.rules, now);
        let nonce = transaction.nonce();
        let expected =
            Expected { nonce: Some(&nonce), access_token: Some(&tokens.access_token), subject: None };
        let id = tokens.id_token.as_ref();
        (access, id.map(|token| jwt::verify_id_token(token.secret(), &keys, &core.rules, now, expected)))
    };
    let mut verdicts = verify(now);
    if let (Verdict::UnknownKey { kid }, _) | (_, Some(Verdict::UnknownKey { kid })) = &verdicts {
        if core.keys.fetch(Budget::Sealed, Some(kid), now).await != Fetched::Updated {
            tracing::warn!("a login could not be completed: Scalekit's keys cannot be fetched");
            return Finish::Unavailable;
        }
        verdicts = verify(core.now());
    }
    let (claims, profile) = match verdicts {
        (Verdict::Valid { claims, .. }, Some(Verdict::Valid { claims: profile, .. })) => (claims, profile),
        (Verdict::Valid { .. }, None) => {
            tracing::error!("Scalekit sent no ID token: is `openid` among the scopes?");
            return Finish::Misconfigured;
        }
        (Verdict::Invalid(reason), _) | (_, Some(Verdict::Invalid(reason))) => {
            tracing::error!(target: "scalekit_session::security", %reason, "the tokens of a login do not verify");
            return Finish::Failed;
        }
        _ => {
            tracing::error!(target: "scalekit_session::security", "the tokens of a login do not verify: expired, from the future, or signed with an unknown key");
            return Finish::Failed;
        }
    };
    if profile.id != claims.subject() {
        tracing::error!(target: "scalekit_session::security", "the tokens of a login are of two users");
        return Finish::Failed;
    }
    if let Some(on_login) = &core.hooks.on_login {
        let login = Login { profile: Some(profile.clone()), claims: claims.clone() };
        if let Err(refused) = on_login(login).await {
            tracing::info!(user = claims.subject(), error = %refused, "a login was refused");
            return Finish::Refused;
        }
    }
    let grant = Grant {
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        id_token: tokens.id_token,
        claims,
        profile: Some(profile),
    };
    match sealing::login(core, &grant, transaction.flow().0, now) {
        Ok(sealed) => {
            tracing::info!(user = grant.claims.subject(), "signed in");
            Finish::SignedIn(Arc::new(sealed))
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a login cannot be kept");
            match error.kind() {
                ErrorKind::TooLarge => Finish::TooLarge,
                _ => Finish::Misconfigured,
            }
        }
    }
}

/// A page that never redirects by itself: a login that fails must not begin the next one (R47).
fn page(core: &Core, status: u16, kind: PageKind, return_to: Option<&ReturnTo>) -> Reply {
    let path = crate::refuse::login_path(core, return_to);
    let page = Page::new(kind).with_link("Sign in again", path);
    Reply::html(status, (core.hooks.pages)(&page))
}
