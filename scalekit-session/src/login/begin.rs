//! The login route: remembers where the browser came from and sends it to Scalekit.

use std::sync::Arc;

use super::query::Query;
use super::return_to::ReturnTo;
use super::transaction::{self, Transaction};
use crate::config::{Reach, is_loopback_authority};
use crate::cookie::RequestCookies;
use crate::inspect;
use crate::jwt::{self, IdpInitiated, Verdict};
use crate::keys::Budget;
use crate::navigation;
use crate::oauth::{self, AuthorizationOptions};
use crate::pages::{Page, PageKind};
use crate::refusal::{self, Refusal};
use crate::reply::Reply;
use crate::request::RequestView;
use crate::scalekit::Core;

/// Answers the login route.
pub(crate) async fn begin(core: &Arc<Core>, request: &RequestView<'_>) -> Reply {
    let now = core.now();
    if !matches!(request.method, "GET" | "HEAD") {
        return Reply::new(405).with_header("allow", "GET, HEAD");
    }
    // Nothing may happen that nobody sees: no flow, no cookie (R22).
    if request.method == "HEAD" || navigation::is_prefetch(request) {
        return Reply::new(204);
    }
    if !navigation::may_begin_login(request) {
        return refusal::refuse(core, request, &Refusal::Unauthenticated, now);
    }
    if is_misdirected(core, request) {
        return refusal::refuse(core, request, &Refusal::Misdirected, now);
    }
    let query = Query::of(request);
    let mut selectors = Selectors::of(&query);
    if selectors.any() && comes_from_elsewhere(request) && inspect::shown(core, request).is_some() {
        let again = ReturnTo::parse(request.target).map_or(core.config.routes.login.clone(), |target| target.to_string());
        let page = Page::new(PageKind::ConfirmLogin).with_link("Continue to sign-in", again);
        return Reply::html(200, (core.hooks.pages)(&page));
    }
    let mut return_to = return_to(core, &query);
    if let Some(token) = query.first("idp_initiated_login")
        && let Some(initiated) = idp_initiated(core, token).await
    {
        if let Some(path) = initiated.relay_state.as_deref().and_then(|path| ReturnTo::parse(path).ok()) {
            return_to = path;
        }
        selectors.adopt(initiated);
    }

    let Ok(transaction) = Transaction::begin(return_to, now) else { return broken(core) };
    let options = AuthorizationOptions {
        scopes: core.config.scopes.clone(),
        state: Some(transaction.state().to_owned()),
        nonce: Some(transaction.nonce()),
        code_challenge: Some(oauth::code_challenge(&transaction.verifier())),
        organization_id: selectors.organization_id,
        connection_id: selectors.connection_id,
        login_hint: selectors.login_hint,
        domain_hint: selectors.domain_hint,
        provider: selectors.provider,
        prompt: selectors.prompt,
        ..AuthorizationOptions::default()
    };
    let redirect_uri = &core.config.redirect.uri;
    let url = oauth::authorization_url(&core.endpoints, core.credentials.client_id(), redirect_uri, &options);
    let present = RequestCookies::gather(request.headers, &core.names);
    match transaction::begin_cookies(core, &transaction, &present, now) {
        Ok(cookies) => Reply::see_other(url).with_cookies(cookies),
        Err(_) => broken(core),
    }
}

/// What a link to the login route may choose.
#[derive(Debug, Default)]
struct Selectors {
    organization_id: Option<String>,
    connection_id: Option<String>,
    login_hint: Option<String>,
    domain_hint: Option<String>,
    provider: Option<String>,
    prompt: Option<String>,
    idp_initiated: bool,
}

impl Selectors {
    fn of(query: &Query) -> Self {
        let take = |name| query.first(name).filter(|value| is_plain(value)).map(str::to_owned);
        Self {
            organization_id: take("organization_id"),
            connection_id: take("connection_id"),
            login_hint: take("login_hint"),
            domain_hint: take("domain_hint"),
            provider: take("provider"),
            prompt: take("prompt").filter(|prompt| PROMPTS.contains(&prompt.as_str())),
            idp_initiated: query.first("idp_initiated_login").is_some(),
        }
    }

    /// Whether the link decides as whom one signs in; a hint only fills in a form.
    fn any(&self) -> bool {
        let chosen = [&self.organization_id, &self.connection_id, &self.provider, &self.prompt];
        self.idp_initiated || chosen.iter().any(|choice| choice.is_some())
    }

    fn adopt(&mut self, initiated: IdpInitiated) {
        self.organization_id = Some(initiated.organization_id);
        self.connection_id = Some(initiated.connection_id);
        self.login_hint = initiated.login_hint.or(self.login_hint.take());
    }
}

const PROMPTS: [&str; 5] = ["login", "create", "select_account", "none", "consent"];

fn is_plain(value: &str) -> bool {
    value.len() <= 256 && !value.chars().any(char::is_control)
}

/// Selectors that another site sent never silently replace a session that is there (R55).
fn comes_from_elsewhere(request: &RequestView<'_>) -> bool {
    request.has_header("sec-fetch-site") && !matches!(request.header("sec-fetch-site"), Some("same-origin" | "none"))
}

/// `return_to`, or `returnTo` as Scalekit's own packages spell it; never one of the login's own routes.
fn return_to(core: &Core, query: &Query) -> ReturnTo {
    let asked = query.first("return_to").or_else(|| query.first("returnTo"));
    let path = asked.and_then(|path| ReturnTo::parse(path).ok());
    path.filter(|path| core.config.routes.at(path.path()).is_none()).unwrap_or_else(|| core.config.default_return_to.clone())
}

/// A login begun at an identity provider. One that does not verify is an ordinary login.
async fn idp_initiated(core: &Core, token: &str) -> Option<IdpInitiated> {
    let check = || jwt::verify_idp_initiated(token, &core.keys.snapshot(), &core.rules, core.now());
    let mut verdict = check();
    if matches!(verdict, Verdict::UnknownKey) {
        let _fetched = core.keys.fetch(Budget::Presented, core.now()).await;
        verdict = check();
    }
    match verdict {
        Verdict::Valid { claims, .. } => Some(claims),
        _ => {
            tracing::warn!(target: "scalekit_session::security", "an IdP-initiated login does not verify; an ordinary login follows");
            None
        }
    }
}

fn is_misdirected(core: &Core, request: &RequestView<'_>) -> bool {
    let named = request.authority.or_else(|| request.header("host"));
    core.config.redirect.reach == Reach::Loopback && !named.is_none_or(is_loopback_authority)
}

fn broken(core: &Core) -> Reply {
    tracing::error!("the operating system gave no random numbers");
    Reply::html(503, (core.hooks.pages)(&Page::new(PageKind::Unavailable))).with_header("retry-after", "5")
}
