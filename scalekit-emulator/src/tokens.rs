use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::faults::tamper::{Tamper, TokenKind};
use crate::seed::HOSTED_CONNECTION;
use crate::signing::{SigningError, SigningKey, half_hash};
use crate::world::World;

pub(crate) const ID_TOKEN_LIFETIME: u64 = 1800;
const CLIENT_CREDENTIALS_LIFETIME: u64 = 86_400;

/// What a user's tokens are about.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) session_id: &'a str,
    pub(crate) organization_id: &'a str,
    pub(crate) connection_id: Option<&'a str>,
    pub(crate) scope: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) code: Option<&'a str>,
}

/// Claims that are ready to be signed.
#[derive(Debug)]
pub(crate) struct Draft {
    access: Value,
    id: Option<Value>,
    code: Option<String>,
    refresh_token: Option<String>,
    scope: String,
    lifetime: u64,
}

/// The answer of the token endpoint.
#[derive(Debug, Serialize)]
pub(crate) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
}

impl World {
    /// The claims of a user's tokens as things are now, or `None` when the membership has ended.
    pub(crate) fn draft(
        &mut self,
        issuer: &str,
        subject: &Subject<'_>,
        refresh_token: Option<String>,
        with_id_token: bool,
        now: u64,
    ) -> Option<Draft> {
        let jti = self.ids.id("tkn_");
        let now = now / 1000;
        let lifetime = self.access_token_lifetime(subject.client_id);
        let session = self.sessions.get(subject.session_id)?;
        let user = self.user(&session.user_id)?;
        let membership = user.membership(subject.organization_id)?;
        let organization = self.organization(subject.organization_id)?;

        let mut common = Map::new();
        put(&mut common, "iss", issuer);
        put(&mut common, "aud", json!([subject.client_id]));
        put(&mut common, "sub", session.user_id.as_str());
        put(&mut common, "oid", subject.organization_id);
        put(&mut common, "sid", subject.session_id);
        put(&mut common, "client_id", subject.client_id);
        put(&mut common, "iat", now);
        if let Some(external) = &organization.external_id {
            put(&mut common, "xoid", external.as_str());
        }

        let mut access = common.clone();
        put(&mut access, "exp", now + lifetime);
        put(&mut access, "nbf", now);
        put(&mut access, "jti", jti);
        put(&mut access, "scope", subject.scope);
        if !membership.roles.is_empty() {
            put(&mut access, "roles", membership.roles.clone());
        }
        if !membership.permissions.is_empty() {
            put(&mut access, "permissions", membership.permissions.clone());
        }
        if let Some(external) = &user.external_id {
            put(&mut access, "xuid", external.as_str());
        }

        let has_scope = |name: &str| subject.scope.split(' ').any(|scope| scope == name);
        let id = (with_id_token && has_scope("openid")).then(|| {
            let mut id = common;
            put(&mut id, "azp", subject.client_id);
            put(&mut id, "exp", now + ID_TOKEN_LIFETIME);
            put(&mut id, "amr", json!([subject.connection_id.unwrap_or(HOSTED_CONNECTION)]));
            put(&mut id, "email", user.email.as_str());
            put(&mut id, "email_verified", user.email_verified);
            if has_scope("profile") {
                let (given, family) = user.split_name();
                put(&mut id, "name", user.name.as_str());
                put(&mut id, "given_name", given);
                if let Some(family) = family {
                    put(&mut id, "family_name", family);
                }
            }
            if let Some(nonce) = subject.nonce {
                put(&mut id, "nonce", nonce);
            }
            Value::Object(id)
        });
        Some(Draft {
            access: Value::Object(access),
            id,
            code: subject.code.map(str::to_owned),
            refresh_token,
            scope: subject.scope.to_owned(),
            lifetime,
        })
    }

    /// A token for the client itself, without any person.
    pub(crate) fn client_draft(
        &mut self,
        issuer: &str,
        client_id: &str,
        scope: Option<&str>,
        now: u64,
    ) -> Draft {
        let now = now / 1000;
        let scope = scope.unwrap_or("openid");
        Draft {
            access: json!({
                "iss": issuer,
                "sub": client_id,
                "client_id": client_id,
                "jti": self.ids.id("tkn_"),
                "scope": scope,
                "scopes": scope.split_ascii_whitespace().collect::<Vec<_>>(),
                "iat": now,
                "nbf": now,
                "exp": now + CLIENT_CREDENTIALS_LIFETIME,
            }),
            id: None,
            code: None,
            refresh_token: None,
            scope: scope.to_owned(),
            lifetime: CLIENT_CREDENTIALS_LIFETIME,
        }
    }

    fn access_token_lifetime(&self, client_id: &str) -> u64 {
        self.client(client_id)
            .and_then(|client| client.access_token_lifetime)
            .unwrap_or(self.policy.access_token_lifetime)
            .max(Duration::from_secs(1))
            .as_secs()
    }
}

impl Draft {
    /// Signs; the ID token last, because it carries the hash of the access token.
    pub(crate) fn issue(
        mut self,
        key: &SigningKey,
        tampers: &[Tamper],
        refreshing: bool,
    ) -> Result<TokenResponse, SigningError> {
        let mut access_token = seal(key, tampers, TokenKind::Access, &mut self.access)?;
        let mut id_token = None;
        if let Some(mut id) = self.id {
            if let Some(claims) = id.as_object_mut() {
                put(claims, "at_hash", half_hash(&access_token));
                if let Some(code) = &self.code {
                    put(claims, "c_hash", half_hash(code));
                }
            }
            id_token = Some(seal(key, tampers, TokenKind::Id, &mut id)?);
        }
        for tamper in tampers {
            match tamper {
                Tamper::OmitIdTokenOnRefresh if refreshing => id_token = None,
                Tamper::OmitRefreshToken => self.refresh_token = None,
                Tamper::IdTokenAsAccessToken => {
                    if let Some(id_token) = &id_token {
                        access_token.clone_from(id_token);
                    }
                }
                _ => {}
            }
        }
        Ok(TokenResponse {
            access_token,
            token_type: "Bearer",
            refresh_token: self.refresh_token,
            // Production says 299 for 300.
            expires_in: self.lifetime.saturating_sub(1),
            id_token,
            scope: self.scope,
        })
    }
}

fn seal(
    key: &SigningKey,
    tampers: &[Tamper],
    kind: TokenKind,
    claims: &mut Value,
) -> Result<String, SigningError> {
    for tamper in tampers {
        tamper.spoil(kind, claims);
    }
    match tampers.iter().find_map(|tamper| tamper.sign(key, claims)) {
        Some(forged) => forged,
        None => key.sign(claims),
    }
}

fn put(claims: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    claims.insert(name.to_owned(), value.into());
}
