//! [`FakeScalekit`]: token endpoint and keys in memory. Refresh tokens work once; tests can script, count and hold
//! calls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scalekit_session::testing::{ManualClock, SigningKey};
use scalekit_session::transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportFailure};
use scalekit_session::{Clock, Scalekit, ScalekitBuilder, Timestamp};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

pub(crate) const URL: &str = "https://acme.scalekit.invalid";
pub(crate) const CLIENT: &str = "skc_1";

/// An answer of the token endpoint in place of tokens.
#[derive(Clone, Debug)]
pub(crate) enum Script {
    Unreachable,
    Timeout,
    Answer { status: u16, body: String, retry_after: Option<u64> },
}

/// A Scalekit in memory. Clones share everything.
#[derive(Clone)]
pub(crate) struct FakeScalekit {
    pub(crate) clock: ManualClock,
    key: Arc<SigningKey>,
    state: Arc<Mutex<State>>,
    gate: Arc<Semaphore>,
    waiting: Arc<watch::Sender<usize>>,
}

struct State {
    codes: HashMap<String, Value>,
    /// The refresh tokens that are still good, with the claims of their sessions.
    refresh: HashMap<String, Value>,
    consumed: HashMap<String, (Timestamp, String)>,
    serial: u64,
    calls: HashMap<&'static str, usize>,
    script: Option<Script>,
    keys_script: Option<Script>,
    kid: String,
    published: Vec<String>,
    claims: Value,
    id_claims: Value,
    life: u64,
    grace: Duration,
    rotate: bool,
    refreshable: bool,
    id_token_on_refresh: bool,
    gated: bool,
}

impl FakeScalekit {
    pub(crate) fn new() -> Self {
        let claims = json!({ "sub": "usr_1", "sid": "ses_1", "oid": "org_1", "roles": ["admin"], "permissions": ["invoices:read"], "client_id": CLIENT, "scope": "openid profile email offline_access" });
        let id_claims = json!({ "sub": "usr_1", "sid": "ses_1", "azp": CLIENT, "name": "Ada", "email": "ada@acme.example" });
        Self {
            clock: ManualClock::at(Timestamp::from_secs(1_760_000_000)),
            key: Arc::new(SigningKey::development()),
            state: Arc::new(Mutex::new(State {
                codes: HashMap::new(),
                refresh: HashMap::new(),
                consumed: HashMap::new(),
                serial: 0,
                calls: HashMap::new(),
                script: None,
                keys_script: None,
                kid: "snk_1".to_owned(),
                published: vec!["snk_1".to_owned()],
                claims,
                id_claims,
                life: 300,
                grace: Duration::ZERO,
                rotate: true,
                refreshable: true,
                id_token_on_refresh: false,
                gated: false,
            })),
            gate: Arc::new(Semaphore::new(0)),
            waiting: Arc::new(watch::Sender::new(0)),
        }
    }

    /// A builder for an application at `https://app.test` that talks to this Scalekit.
    pub(crate) fn builder(&self) -> ScalekitBuilder {
        Scalekit::builder()
            .environment_url(URL)
            .client_id(CLIENT)
            .client_secret("secret_1")
            .redirect_uri("https://app.test/auth/callback")
            .post_logout_redirect_uri("https://app.test/bye")
            .cookie_secret("first-secret-first-secret-first-0123456789")
            .clock(self.clock.clone())
            .transport(self.transport())
    }

    pub(crate) fn scalekit(&self) -> Scalekit {
        self.builder().build().unwrap()
    }

    pub(crate) fn transport(&self) -> impl Transport + use<> {
        let fake = self.clone();
        move |request| {
            let fake = fake.clone();
            async move { fake.answer(request).await }
        }
    }

    /// From now on every token call gets this answer.
    pub(crate) fn script(&self, script: impl Into<Option<Script>>) {
        self.state.lock().unwrap().script = script.into();
    }

    pub(crate) fn script_keys(&self, script: impl Into<Option<Script>>) {
        self.state.lock().unwrap().keys_script = script.into();
    }

    /// From now on token calls wait until [`release`](Self::release).
    pub(crate) fn hold(&self) {
        self.state.lock().unwrap().gated = true;
    }

    /// Waits until so many token calls are held.
    pub(crate) async fn held(&self, calls: usize) {
        self.waiting.subscribe().wait_for(|waiting| *waiting >= calls).await.unwrap();
    }

    pub(crate) fn release(&self) {
        self.state.lock().unwrap().gated = false;
        self.gate.add_permits(10_000);
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.calls("refresh_token")
    }

    pub(crate) fn calls(&self, what: &str) -> usize {
        self.state.lock().unwrap().calls.get(what).copied().unwrap_or_default()
    }

    pub(crate) fn total_calls(&self) -> usize {
        self.state.lock().unwrap().calls.values().sum()
    }

    /// Sets claims of later access tokens. Other claims stay as they were.
    pub(crate) fn set_claims(&self, claims: Value) {
        merge(&mut self.state.lock().unwrap().claims, claims);
    }

    pub(crate) fn set_id_claims(&self, claims: Value) {
        merge(&mut self.state.lock().unwrap().id_claims, claims);
    }

    pub(crate) fn set_life(&self, seconds: u64) {
        self.state.lock().unwrap().life = seconds;
    }

    pub(crate) fn set_grace(&self, grace: Duration) {
        self.state.lock().unwrap().grace = grace;
    }

    pub(crate) fn set_rotate(&self, rotate: bool) {
        self.state.lock().unwrap().rotate = rotate;
    }

    /// Whether tokens come with a refresh token.
    pub(crate) fn set_refreshable(&self, refreshable: bool) {
        self.state.lock().unwrap().refreshable = refreshable;
    }

    pub(crate) fn set_id_token_on_refresh(&self, sent: bool) {
        self.state.lock().unwrap().id_token_on_refresh = sent;
    }

    /// From now on signs with the key id `kid`, and publishes the key ids `published`.
    pub(crate) fn set_keys(&self, kid: &str, published: &[&str]) {
        let mut state = self.state.lock().unwrap();
        state.kid = kid.to_owned();
        state.published = published.iter().map(|kid| (*kid).to_owned()).collect();
    }

    /// Ends the session at Scalekit: no refresh token works any more.
    pub(crate) fn end_session(&self) {
        let mut state = self.state.lock().unwrap();
        state.refresh.clear();
        state.consumed.clear();
    }

    /// A code that can be redeemed for tokens with that nonce.
    pub(crate) fn issue_code(&self, nonce: &str) -> String {
        let mut state = self.state.lock().unwrap();
        state.serial += 1;
        let code = format!("code_{}", state.serial);
        state.codes.insert(code.clone(), json!({ "nonce": nonce }));
        code
    }

    /// The JWT with which Scalekit announces a login that began at the identity provider.
    pub(crate) fn announce_login(&self, relay_state: &str) -> String {
        let now = self.clock.now().as_secs();
        let claims = json!({
            "iss": URL, "organization_id": "org_1", "connection_id": "conn_1", "login_hint": "ada@acme.example",
            "relay_state": relay_state, "iat": now, "nbf": now, "exp": now + 300,
        });
        self.sign(&claims)
    }

    /// The tokens of a login in another application of the same client.
    pub(crate) fn grant(&self) -> Value {
        let code = self.issue_code("of the other application");
        let fields = [("code", code), ("code_verifier", "its own".to_owned())];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        serde_json::from_slice(&self.tokens("authorization_code", &fields).body).unwrap()
    }

    /// The tokens that another application gets for a refresh token; `None` when it is refused.
    pub(crate) fn refresh(&self, token: &str) -> Option<Value> {
        let fields = [("refresh_token".to_owned(), token.to_owned())].into();
        let answer = self.tokens("refresh_token", &fields);
        (answer.status == 200).then(|| serde_json::from_slice(&answer.body).unwrap())
    }

    /// Signs any claims, also those that Scalekit would never sign.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "kid": self.state.lock().unwrap().kid, "typ": "JWT" });
        self.key.sign(&header.to_string(), &claims.to_string())
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let Some(form) = &request.form else {
            return self.keys();
        };
        let fields: HashMap<String, String> = url_decode(form);
        let grant =
            if fields["grant_type"] == "refresh_token" { "refresh_token" } else { "authorization_code" };
        let gated = {
            let mut state = self.state.lock().unwrap();
            *state.calls.entry(grant).or_default() += 1;
            state.gated
        };
        assert_eq!(fields["client_secret"], "secret_1");
        if gated {
            self.waiting.send_modify(|waiting| *waiting += 1);
            self.gate.acquire().await.unwrap().forget();
            self.waiting.send_modify(|waiting| *waiting -= 1);
        }
        let script = self.state.lock().unwrap().script.clone();
        match script {
            Some(script) => script.play(),
            None => Ok(self.tokens(grant, &fields)),
        }
    }

    fn keys(&self) -> Result<HttpResponse, TransportError> {
        let (script, published) = {
            let mut state = self.state.lock().unwrap();
            *state.calls.entry("keys").or_default() += 1;
            (state.keys_script.clone(), state.published.clone())
        };
        if let Some(script) = script {
            return script.play();
        }
        let keys: Vec<Value> = published
            .iter()
            .flat_map(|kid| {
                let set: Value = serde_json::from_str(&self.key.jwks(kid)).unwrap();
                set["keys"].as_array().unwrap().clone()
            })
            .collect();
        Ok(HttpResponse::new(200, json!({ "keys": keys }).to_string()))
    }

    fn tokens(&self, grant: &str, fields: &HashMap<String, String>) -> HttpResponse {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap();
        let refused = HttpResponse::new(400, json!({ "error": "invalid_grant" }).to_string());
        let (successor, nonce) = if grant == "refresh_token" {
            let old = fields["refresh_token"].clone();
            match (state.refresh.remove(&old), state.consumed.get(&old).cloned()) {
                (Some(_), _) if !state.rotate => (old, None),
                (Some(_), _) => {
                    state.serial += 1;
                    let new = format!("{:040x}", state.serial);
                    state.consumed.insert(old, (now, new.clone()));
                    (new, None)
                }
                (None, Some((at, new))) if now < at + state.grace => (new, None),
                _ => return refused,
            }
        } else {
            let Some(code) = state.codes.remove(&fields["code"]) else {
                return refused;
            };
            assert!(fields.contains_key("code_verifier"), "PKCE");
            state.serial += 1;
            (format!("{:040x}", state.serial), Some(code["nonce"].clone()))
        };
        state.refresh.insert(successor.clone(), json!({}));
        let stamp = |claims: &Value, life: u64, serial: u64| {
            let mut claims = claims.clone();
            let stamps =
                json!({ "iss": URL, "aud": [CLIENT], "iat": now.as_secs(), "exp": now.as_secs() + life });
            let mut all = stamps;
            merge(&mut all, std::mem::take(&mut claims));
            merge(&mut all, json!({ "jti": format!("tkn_{serial}") }));
            all
        };
        let access_claims = stamp(&state.claims, state.life, state.serial);
        let mut id_claims = stamp(&state.id_claims, 1800, state.serial);
        let with_id = nonce.is_some() || state.id_token_on_refresh;
        if let Some(nonce) = nonce {
            merge(&mut id_claims, json!({ "nonce": nonce }));
        }
        let (kid, life, refreshable) = (state.kid.clone(), state.life, state.refreshable);
        drop(state);
        let header = json!({ "alg": "RS256", "kid": kid, "typ": "JWT" });
        let mut body = json!({
            "access_token": self.key.sign(&header.to_string(), &access_claims.to_string()),
            "token_type": "Bearer",
            "expires_in": life.saturating_sub(1),
        });
        if refreshable {
            merge(&mut body, json!({ "refresh_token": successor }));
        }
        if with_id {
            merge(
                &mut body,
                json!({ "id_token": self.key.sign(&header.to_string(), &id_claims.to_string()) }),
            );
        }
        HttpResponse::new(200, body.to_string())
    }
}

impl Script {
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer { status, body: String::new(), retry_after: None }
    }

    pub(crate) fn oauth(status: u16, error: &str) -> Self {
        Self::Answer { status, body: json!({ "error": error }).to_string(), retry_after: None }
    }

    fn play(self) -> Result<HttpResponse, TransportError> {
        match self {
            Self::Unreachable => Err(TransportError::new(TransportFailure::Connect)),
            Self::Timeout => Err(TransportError::new(TransportFailure::Timeout)),
            Self::Answer { status, body, retry_after } => {
                let response = HttpResponse::new(status, body);
                Ok(match retry_after {
                    Some(seconds) => response.with_retry_after(Duration::from_secs(seconds)),
                    None => response,
                })
            }
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    let (Value::Object(into), Value::Object(from)) = (into, from) else { panic!("objects") };
    for (name, value) in from {
        if value.is_null() {
            into.remove(&name);
        } else {
            into.insert(name, value);
        }
    }
}

fn url_decode(form: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}
