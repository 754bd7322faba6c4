//! The login route: remembers where to return to after login, and redirects the browser to Scalekit.

use std::sync::Arc;

use super::asking;
use super::query::Query;
use super::transaction::{self, Transaction};
use crate::answer::pages::{Page, PageKind};
use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::clock::Timestamp;
use crate::cookie::RequestCookies;
use crate::event::Event;
use crate::instance::Instance;
use crate::request::{RequestHead, RequestView};
use crate::routes::refuse;
use crate::rules::navigation;
use crate::rules::origin;
use crate::rules::return_to::ReturnTo;
use crate::token::jwt::{self, IdpInitiatedLogin, Verdict};
use crate::upstream::keys::Budget;
use crate::upstream::oauth::AuthorizationRequest;

/// Answers the login route.
pub(crate) async fn begin(instance: &Arc<Instance>, head: &RequestHead) -> Reply {
    let now = instance.now();
    if let Some(reply) = declined(instance, &head.view(), now) {
        return reply;
    }
    let cookies = RequestCookies::gather(head, &instance.layout.names);
    let query = Query::of(&head.view());
    let mut selectors = Selectors::of(&query);
    let elsewhere = asking::begun_elsewhere(&head.view());
    if elsewhere && selectors.any() && asking::replaces(instance, &cookies, now) {
        return confirm(instance, &head.view());
    }
    let mut return_to = return_to(instance, &query);
    if let Some(token) = query.first("idp_initiated_login")
        && let Some(initiated) = idp_initiated(instance, token).await
    {
        if let Some(path) = initiated.relay_state.as_deref().and_then(|path| destination(instance, path)) {
            return_to = path;
        }
        selectors.adopt(initiated);
    }

    let Ok(transaction) = Transaction::begin(return_to, elsewhere, now) else {
        return broken(instance);
    };
    let url = AuthorizationRequest::new(&instance.config.redirect.uri)
        .scopes(&instance.config.scopes)
        .state(transaction.state())
        .nonce(&transaction.nonce())
        .code_challenge_of(&transaction.verifier())
        .organization_id(selectors.organization_id)
        .connection_id(selectors.connection_id)
        .login_hint(selectors.login_hint)
        .domain_hint(selectors.domain_hint)
        .provider(selectors.provider)
        .prompt(selectors.prompt)
        .url(&instance.endpoints, &instance.client.id);
    match transaction::begin_cookies(instance, &transaction, &cookies, now) {
        Ok(cookies) => Reply::see_other(url).with_cookies(cookies),
        Err(_) => broken(instance),
    }
}

/// The reply to a request that may not begin a login. `None` for a request that may.
fn declined(instance: &Instance, request: &RequestView<'_>, now: Timestamp) -> Option<Reply> {
    if !matches!(request.method, "GET" | "HEAD") {
        return Some(Reply::new(405).with_header("allow", "GET, HEAD"));
    }
    // A prefetch or a `HEAD` shows no page to the user, so it must begin no flow and set no cookie (R22).
    if request.method == "HEAD" || navigation::is_prefetch(request) {
        return Some(Reply::new(204));
    }
    if !navigation::may_begin_login(request) {
        return Some(refuse::refuse(instance, request, &Refusal::Unauthenticated, now));
    }
    origin::is_misdirected(request, instance.config.redirect.reach)
        .then(|| refuse::refuse(instance, request, &Refusal::Misdirected, now))
}

/// The page that asks the user for confirmation, when a link on another site would replace the session (R55).
fn confirm(instance: &Instance, request: &RequestView<'_>) -> Reply {
    asking::page(instance, same_choice(&instance.config.routes.login, request.target))
}

/// The link of the confirmation page: our login route with the query of the request. It is not a [`ReturnTo`], because
/// an IdP-initiated login has a longer query than a return path may have.
fn same_choice(login: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    match target.split_once('?') {
        Some((_, query)) if query.len() <= QUERY && query.bytes().all(|byte| byte.is_ascii_graphic()) => {
            format!("{login}?{query}")
        }
        _ => login.to_owned(),
    }
}

/// The longest query that the link repeats, in bytes.
const QUERY: usize = 8 * 1024;

/// The parameters by which a link to the login route selects how to sign in. A parameter that is missing is empty.
#[derive(Debug, Default)]
struct Selectors {
    organization_id: String,
    connection_id: String,
    login_hint: String,
    domain_hint: String,
    provider: String,
    prompt: String,
    idp_initiated: bool,
}

impl Selectors {
    fn of(query: &Query) -> Self {
        let take = |name| query.first(name).filter(|value| is_plain(value)).unwrap_or_default().to_owned();
        let prompt = take("prompt");
        Self {
            organization_id: take("organization_id"),
            connection_id: take("connection_id"),
            login_hint: take("login_hint"),
            domain_hint: take("domain_hint"),
            provider: take("provider"),
            prompt: if PROMPTS.contains(&prompt.as_str()) { prompt } else { String::new() },
            idp_initiated: query.first("idp_initiated_login").is_some(),
        }
    }

    /// Whether the link selects as which user to sign in. A hint does so, too: its domain selects the connection of an
    /// organization.
    fn any(&self) -> bool {
        let hints = [&self.login_hint, &self.domain_hint];
        let chosen = [&self.organization_id, &self.connection_id, &self.provider, &self.prompt];
        self.idp_initiated || chosen.iter().chain(&hints).any(|choice| !choice.is_empty())
    }

    fn adopt(&mut self, initiated: IdpInitiatedLogin) {
        self.organization_id = initiated.organization_id;
        self.connection_id = initiated.connection_id;
        self.login_hint = initiated.login_hint.unwrap_or(std::mem::take(&mut self.login_hint));
    }
}

const PROMPTS: [&str; 5] = ["login", "create", "select_account", "none", "consent"];

fn is_plain(value: &str) -> bool {
    value.len() <= 256 && !value.chars().any(char::is_control)
}

/// Where a request for one of our own routes asks to return to.
pub(crate) fn return_to_of(instance: &Instance, request: &RequestView<'_>) -> ReturnTo {
    return_to(instance, &Query::of(request))
}

/// The path in `return_to`, or in `returnTo`, as Scalekit's packages spell it. The default path when there is none, or
/// when it is not acceptable.
fn return_to(instance: &Instance, query: &Query) -> ReturnTo {
    let asked = query.first("return_to").or_else(|| query.first("returnTo"));
    asked
        .and_then(|path| destination(instance, path))
        .unwrap_or_else(|| instance.config.default_return_to.clone())
}

/// The path, if it is a path of this origin and not one of our own routes.
fn destination(instance: &Instance, path: &str) -> Option<ReturnTo> {
    ReturnTo::parse(path).ok().filter(|path| !instance.config.routes.reaches(path.path()))
}

/// The verified token of a login that was begun at an identity provider. `None` when it does not verify: the login then
/// goes on as an ordinary one.
async fn idp_initiated(instance: &Instance, token: &str) -> Option<IdpInitiatedLogin> {
    let check = |keys: &jwt::KeySet, now| jwt::verify_idp_initiated(token, keys, &instance.rules, now);
    match instance.keys.judge(Budget::Presented, check).await {
        Ok(Verdict::Valid { claims, .. }) => Some(claims),
        _ => {
            instance.emit(Event::IdpInitiatedInvalid);
            None
        }
    }
}

fn broken(instance: &Instance) -> Reply {
    instance.emit(Event::NoRandomness);
    Reply::html(503, (instance.hooks.pages)(&Page::new(PageKind::Unavailable)))
        .with_header("retry-after", "5")
}
