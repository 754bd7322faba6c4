//! [`TestUser`]: the user that a test signs in.

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;

/// A user to sign in, with the claims that Scalekit would send. [`TestEnvironment::sign_in`] signs the user in.
///
/// [`TestEnvironment::sign_in`]: crate::testing::TestEnvironment::sign_in
#[derive(Clone, Debug)]
#[must_use = "a test user is signed in by `TestEnvironment::sign_in`"]
pub struct TestUser {
    pub(super) id: String,
    access: Map<String, Value>,
    profile: Map<String, Value>,
    pub(super) token_life: u64,
    pub(super) refresh_token: Option<String>,
}

impl TestUser {
    /// A user with that id and without roles or permissions. Scalekit's session is `ses_1`. Access tokens live 300 s.
    pub fn new(id: impl Into<String>) -> Self {
        let mut access = Map::new();
        access.insert("sid".to_owned(), json!("ses_1"));
        let refresh_token = Some("24455bd1b6403be02c0cdb11e5615dc1d0c5842d".to_owned());
        Self { id: id.into(), access, profile: Map::new(), token_life: 300, refresh_token }
    }

    /// Puts the user into that organization.
    pub fn organization(self, id: impl Into<String>) -> Self {
        self.claim("oid", id.into())
    }

    /// Gives the user one more role.
    pub fn role(mut self, name: impl Into<String>) -> Self {
        self.push("roles", name.into());
        self
    }

    /// Gives the user one more permission.
    pub fn permission(mut self, name: impl Into<String>) -> Self {
        self.push("permissions", name.into());
        self
    }

    /// Puts a name and an e-mail address into the ID token.
    pub fn profile(mut self, name: impl Into<String>, email: impl Into<String>) -> Self {
        self.profile.insert("name".to_owned(), json!(name.into()));
        self.profile.insert("email".to_owned(), json!(email.into()));
        self
    }

    /// Puts any claim into the access token.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.access.insert(name.into(), value.into());
        self
    }

    /// Sets how long access tokens live, in seconds.
    pub fn token_life(self, seconds: u64) -> Self {
        Self { token_life: seconds, ..self }
    }

    /// Sets another refresh token, or none.
    pub fn refresh_token(self, token: impl Into<Option<String>>) -> Self {
        Self { refresh_token: token.into(), ..self }
    }

    /// The claims of an access token that is issued now.
    pub(super) fn access_claims(&self, issuer: &str, client_id: &str, now: Timestamp) -> Value {
        let mut claims = self.common(issuer, client_id, now, self.token_life);
        claims.extend([
            ("client_id".to_owned(), json!(client_id)),
            ("jti".to_owned(), json!(format!("tkn_{}", now.as_millis()))),
            ("nbf".to_owned(), json!(now.as_secs())),
        ]);
        claims.extend(self.access.clone());
        Value::Object(claims)
    }

    /// The claims of an ID token that is issued now.
    pub(super) fn id_claims(&self, issuer: &str, client_id: &str, now: Timestamp) -> Value {
        let mut claims = self.common(issuer, client_id, now, 1800);
        claims.insert("azp".to_owned(), json!(client_id));
        claims.extend(self.profile.clone());
        Value::Object(claims)
    }

    fn common(&self, issuer: &str, client_id: &str, now: Timestamp, life: u64) -> Map<String, Value> {
        [
            ("iss", json!(issuer)),
            ("aud", json!([client_id])),
            ("sub", json!(self.id)),
            ("iat", json!(now.as_secs())),
            ("exp", json!(now.as_secs() + life)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
    }

    fn push(&mut self, list: &str, name: String) {
        let entry = self.access.entry(list).or_insert_with(|| json!([]));
        if let Value::Array(names) = entry {
            names.push(Value::String(name));
        }
    }
}
