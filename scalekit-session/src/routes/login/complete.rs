//! The callback route: checks that this browser began the login flow, redeems the code, and seals a session.

use std::sync::Arc;

use super::asking;
use super::query::{Query, Repeated};
use super::transaction::{self, Transaction};
use crate::answer::pages::{Page, PageKind};
use crate::answer::reply::Reply;
use crate::clock::Timestamp;
use crate::cookie::{Present, RequestCookies};
use crate::error::ErrorKind;
use crate::event::{ErrorCode, Event};
use crate::id::FlowId;
use crate::instance::Instance;
use crate::memory::logins::Finish;
use crate::pipeline::find;
use crate::request::RequestHead;
use crate::routes::loop_guard;
use crate::rules::decide::Ended;
use crate::rules::navigation;
use crate::rules::return_to::ReturnTo;
use crate::secret::AuthorizationCode;
use crate::session::SealedSession;
use crate::session::grant::Grant;
use crate::session::hooks::Login;
use crate::token::jwt::{self, Expected, KeySet, Verdict};
use crate::upstream::call::{send, turn};
use crate::upstream::keys::Budget;
use crate::upstream::oauth::{self, TokenFailure, TokenResponse};

/// Answers the callback route.
pub(crate) async fn complete(instance: &Arc<Instance>, head: &RequestHead) -> Reply {
    let method = head.view().method;
    if !matches!(method, "GET" | "HEAD") {
        return Reply::new(405).with_header("allow", "GET, HEAD");
    }
    // Link scanners and previews follow links without the cookies of the browser. They must not use up the code (R52).
    if method == "HEAD" || navigation::is_prefetch(&head.view()) {
        return Reply::new(204);
    }
    let query = Query::of(&head.view());
    let answer = match Answer::of(&query) {
        Ok(answer) => answer,
        Err(Repeated) => return page(instance, 400, PageKind::LoginFailed, None),
    };
    let present = RequestCookies::gather(head, &instance.layout.names);
    let flow = FlowId::of(answer.state);
    let Some(transaction) = transaction::find(instance, &present, answer.state, instance.now()) else {
        return again(instance, &present, flow);
    };
    let return_to = transaction.return_to.clone();
    let reply = match answer.outcome {
        Ok(code) => redeem(instance, head, &present, transaction, AuthorizationCode::new(code)).await,
        Err(error) => {
            instance.emit(Event::LoginAnsweredWithError { error: ErrorCode(error) });
            page(instance, 400, PageKind::LoginFailed, Some(&return_to))
        }
    };
    reply.with_cookies([transaction::end_cookie(instance, flow)])
}

/// The parameters with which Scalekit sent the browser back.
struct Answer<'a> {
    state: &'a str,
    outcome: Result<&'a str, &'a str>,
}

impl<'a> Answer<'a> {
    /// Reads the parameters. An answer has a state, and either a code or an error. Each may occur once.
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

/// Answers a callback whose flow is not known in this browser: the callback was loaded again, came too late, or belongs
/// to another browser. A browser that is signed in by this same flow is redirected to the flow's return path. Any other
/// browser gets a page.
fn again(instance: &Arc<Instance>, cookies: &RequestCookies<'_>, flow: FlowId) -> Reply {
    let shown = find::signed_in(instance, cookies);
    let live = shown
        .as_ref()
        .map(|shown| shown.session.facts().session_id)
        .filter(|id| instance.ended.get(id) == Ended::No);
    match (instance.logins.former(flow), live) {
        (Some(former), Some(live)) if former.session == live => Reply::see_other(former.return_to.as_str()),
        (_, Some(_)) => {
            let path = instance.config.default_return_to.as_str();
            let page = Page::new(PageKind::LoginStale).with_link("Continue", path);
            Reply::html(400, (instance.hooks.pages)(&page))
        }
        (_, None) => page(instance, 400, PageKind::LoginStale, None),
    }
}

/// Redeems the code once, in a task that goes on when the browser closes the connection.
async fn redeem(
    instance: &Arc<Instance>,
    head: &RequestHead,
    cookies: &RequestCookies<'_>,
    transaction: Transaction,
    code: AuthorizationCode,
) -> Reply {
    let (flow, return_to) = (transaction.flow(), transaction.return_to.clone());
    let elsewhere = transaction.begun_elsewhere;
    let before = find::signed_in(instance, cookies);
    let looped = loop_guard::signed_in(instance, cookies, instance.now());
    let completion = instance.logins.join(flow, &return_to, instance.now(), |landing| {
        let task_instance = Arc::clone(instance);
        instance.runtime.spawn(Box::pin(async move {
            let _under_way = task_instance.under_way.read().await;
            let finish = finish(&task_instance, &transaction, &code).await;
            if let Finish::SignedIn(sealed) = &finish {
                task_instance.logins.signed_in(flow, sealed.session.facts().session_id);
            }
            landing.land(finish);
        }));
    });
    let Some(completion) = completion else {
        return again(instance, cookies, flow);
    };
    let now = instance.now();
    match completion.await.unwrap_or(Finish::Unavailable) {
        Finish::SignedIn(sealed) => {
            let id = sealed.session.facts().session_id;
            let replaced = before.as_ref().filter(|before| asking::stands(instance, before, now));
            let replaced = replaced.map(|before| before.session.user_id());
            let replaced =
                replaced.or(find::hides_a_user(instance, cookies).then_some("a user who is not known"));
            if asking::holds_back(elsewhere, replaced, sealed.session.user_id()) {
                return hold_back(instance, &sealed, &return_to, now);
            }
            if instance.ended.get(&id) != Ended::No {
                return page(instance, 400, PageKind::LoginStale, Some(&return_to));
            }
            if let Some(before) = before.filter(|before| before.session.facts().session_id != id) {
                let facts = before.session.facts();
                instance.end(facts.session_id, Ended::Replaced, facts.login_at, now);
            }
            signed_in(
                instance,
                instance.layout.present(cookies, head.view().target),
                &sealed,
                &return_to,
                now,
            )
            .with_cookies(looped)
        }
        Finish::Failed => page(instance, 400, PageKind::LoginFailed, Some(&return_to)),
        Finish::Refused => page(instance, 403, PageKind::LoginRefused, None),
        Finish::Unavailable => {
            page(instance, 503, PageKind::Unavailable, Some(&return_to)).with_header("retry-after", "5")
        }
        Finish::TooLarge => Reply::html(500, (instance.hooks.pages)(&Page::new(PageKind::SessionTooLarge))),
        Finish::Misconfigured => page(instance, 500, PageKind::Misconfigured, None),
    }
}

/// Shows the confirmation page and ends the new session, so that a reload of the callback cannot hand it out.
fn hold_back(instance: &Instance, sealed: &SealedSession, return_to: &ReturnTo, now: Timestamp) -> Reply {
    instance.emit(Event::LoginHeldBack);
    let facts = sealed.session.facts();
    instance.end(facts.session_id, Ended::Revoked, facts.login_at, now);
    asking::page(instance, crate::routes::refuse::login_path(instance, Some(return_to)))
}

fn signed_in(
    instance: &Instance,
    present: Present,
    sealed: &SealedSession,
    return_to: &ReturnTo,
    now: Timestamp,
) -> Reply {
    match instance.layout.login_lines(sealed, present, now) {
        Ok(cookies) => Reply::see_other(return_to.as_str()).with_cookies(cookies),
        Err(error) => {
            instance.emit(Event::LoginNotKept { error: &error });
            page(instance, 500, PageKind::Misconfigured, None)
        }
    }
}

async fn finish(instance: &Arc<Instance>, transaction: &Transaction, code: &AuthorizationCode) -> Finish {
    let redirect_uri = &instance.config.redirect.uri;
    let request = oauth::code_request(
        &instance.endpoints,
        &instance.client,
        code,
        redirect_uri,
        Some(&transaction.verifier()),
    );
    let sent = match turn(&*instance.runtime, &instance.exchanges).await {
        Ok(_turn) => send(&*instance.transport, &*instance.runtime, request).await,
        Err(error) => Err(error),
    };
    match oauth::read_token_response(sent) {
        Ok(tokens) => accept(instance, transaction, tokens).await,
        Err(TokenFailure::Rejected) => {
            instance.emit(Event::CodeRefused);
            Finish::Failed
        }
        Err(TokenFailure::Misconfigured { code }) => {
            instance.emit(Event::LoginMisconfigured { code });
            Finish::Misconfigured
        }
        Err(TokenFailure::Transient { cause, .. }) => {
            instance.emit(Event::LoginUnanswered { cause: &cause });
            Finish::Unavailable
        }
    }
}

/// Verifies the tokens of a login, lets the application refuse the user, and seals the session.
async fn accept(instance: &Arc<Instance>, transaction: &Transaction, tokens: TokenResponse) -> Finish {
    // What follows may take long, and extends no token's life (R41).
    let received_at = instance.now();
    let nonce = transaction.nonce();
    let expected = Expected { nonce: Some(&nonce), access_token: Some(&tokens.access_token), subject: None };
    let check = |keys: &KeySet, now| {
        let access = jwt::verify_session_token(tokens.access_token.secret(), keys, &instance.rules, now);
        access.and_then(|claims, key| match &tokens.id_token {
            None => Verdict::Valid { claims: (claims, None), key },
            Some(token) => jwt::verify_id_token(token.secret(), keys, &instance.rules, now, expected)
                .and_then(|profile, key| Verdict::Valid { claims: (claims, Some(profile)), key }),
        })
    };
    let Ok(verdict) = instance.keys.judge(Budget::Sealed, check).await else {
        instance.emit(Event::LoginWithoutKeys);
        return Finish::Unavailable;
    };
    let (claims, profile) = match verdict {
        Verdict::Valid { claims: (claims, Some(profile)), .. } => (claims, profile),
        Verdict::Valid { claims: (_, None), .. } => {
            instance.emit(Event::LoginWithoutIdToken);
            return Finish::Misconfigured;
        }
        Verdict::Invalid(reason) => {
            instance.emit(Event::LoginTokensInvalid { reason: &reason });
            return Finish::Failed;
        }
        Verdict::UnknownKey { .. } | Verdict::NotYet | Verdict::Expired => {
            instance.emit(Event::LoginTokensUntimely);
            return Finish::Failed;
        }
    };
    if profile.id != claims.subject() {
        instance.emit(Event::LoginTokensOfTwoUsers);
        return Finish::Failed;
    }
    if let Some(on_login) = &instance.hooks.on_login {
        let login = Login { profile: Some(profile.clone()), claims: claims.clone() };
        if let Err(refused) = on_login(login).await {
            instance.emit(Event::LoginRefused { user: claims.subject(), error: &refused });
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
    match instance.layout.seal_login(&grant, received_at) {
        Ok(sealed) => {
            instance.emit(Event::SignedIn { user: grant.claims.subject() });
            Finish::SignedIn(Arc::new(sealed))
        }
        Err(error) => {
            instance.emit(Event::LoginNotKept { error: &error });
            match error.kind() {
                ErrorKind::TooLarge => Finish::TooLarge,
                _ => Finish::Misconfigured,
            }
        }
    }
}

/// A page with a link to sign in again. It does not redirect by itself, because a failed login must not begin the next
/// one (R47).
fn page(instance: &Instance, status: u16, kind: PageKind, return_to: Option<&ReturnTo>) -> Reply {
    let path = crate::routes::refuse::login_path(instance, return_to);
    let page = Page::new(kind).with_link("Sign in again", path);
    Reply::html(status, (instance.hooks.pages)(&page))
}
