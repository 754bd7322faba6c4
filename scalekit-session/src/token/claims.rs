//! [`Claims`]: user, organization, roles and permissions, as a verified access token states them.

use std::fmt;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::token::jwt::{ClaimSet, InvalidToken};

// R12, R42
/// The claims of a verified access token.
///
/// Authorization reads these claims and nothing else. The [`Profile`](crate::Profile) comes from the ID token and is
/// for display. Roles, permissions and scopes are sets; a missing claim is an empty set.
///
/// ```
/// use scalekit_session::testing::{TestEnvironment, TestUser};
///
/// let user = TestUser::new("usr_1").organization("org_1").role("admin").claim("plan", "pro");
/// let claims = TestEnvironment::new().grant(&user).claims;
/// assert_eq!((claims.subject(), claims.organization_id()), ("usr_1", Some("org_1")));
/// assert!(claims.has_role("admin") && !claims.has_role("Admin"));
/// assert_eq!(claims.custom("plan").unwrap(), "pro");
/// ```
#[derive(Clone, PartialEq)]
pub struct Claims {
    issuer: Box<str>,
    subject: Box<str>,
    audience: Box<[Box<str>]>,
    client_id: Option<Box<str>>,
    session_id: Option<Box<str>>,
    organization_id: Option<Box<str>>,
    external_organization_id: Option<Box<str>>,
    external_user_id: Option<Box<str>>,
    token_id: Option<Box<str>>,
    issued_at: Timestamp,
    expires_at: Timestamp,
    roles: Box<[Box<str>]>,
    permissions: Box<[Box<str>]>,
    scopes: Box<[Box<str>]>,
    custom: Map<String, Value>,
}

impl Claims {
    /// The user (`sub`, `usr_…`), or the machine client. Unique together with the issuer.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who issued the token (`iss`): the environment URL or a custom domain.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The audiences of the token (`aud`): the services that may accept it.
    #[must_use]
    pub fn audience(&self) -> &[Box<str>] {
        &self.audience
    }

    /// The client that the token was issued to (`client_id`).
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// Scalekit's session (`sid`, `ses_…`). It survives a new login in the same browser. Tokens of machine clients
    /// have none.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// The organization that the session is in (`oid`, `org_…`).
    #[must_use]
    pub fn organization_id(&self) -> Option<&str> {
        self.organization_id.as_deref()
    }

    /// Your own id of the organization (`xoid`), if Scalekit knows it.
    #[must_use]
    pub fn external_organization_id(&self) -> Option<&str> {
        self.external_organization_id.as_deref()
    }

    /// Your own id of the user (`xuid`), if Scalekit knows it.
    #[must_use]
    pub fn external_user_id(&self) -> Option<&str> {
        self.external_user_id.as_deref()
    }

    /// The id of this token (`jti`, `tkn_…`).
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// When the token was issued (`iat`), by Scalekit's clock.
    #[must_use]
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// When the token expires (`exp`), by Scalekit's clock.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The roles in the current organization, sorted.
    #[must_use]
    pub fn roles(&self) -> &[Box<str>] {
        &self.roles
    }

    /// The permissions in the current organization, sorted.
    #[must_use]
    pub fn permissions(&self) -> &[Box<str>] {
        &self.permissions
    }

    /// The scopes of the token, sorted: the words of `scope` and the entries of `scopes` together. Tokens of users
    /// carry `scope`, tokens of machine clients `scopes`.
    #[must_use]
    pub fn scopes(&self) -> &[Box<str>] {
        &self.scopes
    }

    /// Whether the role is among [`roles`](Self::roles). Upper and lower case differ.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        contains(&self.roles, role)
    }

    /// Whether the permission is among [`permissions`](Self::permissions). There are no wildcards.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        contains(&self.permissions, permission)
    }

    /// Whether the scope is among [`scopes`](Self::scopes).
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        contains(&self.scopes, scope)
    }

    /// About how many bytes of memory the custom claims take.
    pub(crate) fn custom_bytes(&self) -> u64 {
        fn bytes(value: &Value) -> u64 {
            64 + match value {
                Value::String(text) => text.len() as u64,
                Value::Array(values) => values.iter().map(bytes).sum(),
                Value::Object(members) => {
                    members.iter().map(|(name, value)| 64 + name.len() as u64 + bytes(value)).sum()
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            }
        }
        self.custom.iter().map(|(name, value)| 64 + name.len() as u64 + bytes(value)).sum()
    }

    /// A claim that has no method of its own here: a claim defined in Scalekit's dashboard, `custom_claims`,
    /// `user_metadata` and so on.
    #[must_use]
    pub fn custom(&self, name: &str) -> Option<&Value> {
        self.custom.get(name)
    }

    /// The claims in a payload whose signature is not checked here: because this crate sealed it, or because the
    /// caller does not trust the claims.
    pub(crate) fn unverified(payload: &[u8]) -> Option<Self> {
        Self::new(ClaimSet::parse(payload).ok()?).ok()
    }

    /// Reads a claim set as the claims of an access token.
    pub(crate) fn new(mut claims: ClaimSet) -> Result<Self, InvalidToken> {
        let scope = claims.scope.take().unwrap_or_default().0;
        let scopes = claims.scopes.take().unwrap_or_default().0;
        let words = scope.iter().chain(&scopes).flat_map(|text| text.split(' ')).map(Box::from);
        Ok(Self {
            issued_at: claims.issued_at()?,
            expires_at: claims.expires_at()?,
            issuer: claims.iss.take_required("iss")?,
            subject: claims.sub.take_required("sub")?,
            audience: claims.aud.take().unwrap_or_default().0.into(),
            client_id: claims.client_id.take(),
            session_id: claims.sid.take(),
            organization_id: claims.oid.take(),
            external_organization_id: claims.xoid.take(),
            external_user_id: claims.xuid.take(),
            token_id: claims.jti.take(),
            roles: set_of(claims.roles.take().unwrap_or_default().0),
            permissions: set_of(claims.permissions.take().unwrap_or_default().0),
            scopes: set_of(words.collect()),
            custom: claims.other,
        })
    }
}

impl fmt::Debug for Claims {
    // Ids, roles, permissions and scopes only: custom claims may hold data that must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("session_id", &self.session_id)
            .field("organization_id", &self.organization_id)
            .field("roles", &self.roles)
            .field("permissions", &self.permissions)
            .field("scopes", &self.scopes)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

fn set_of(mut names: Vec<Box<str>>) -> Box<[Box<str>]> {
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    names.into()
}

fn contains(set: &[Box<str>], name: &str) -> bool {
    set.binary_search_by(|own| (**own).cmp(name)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_claims_weigh_what_they_take_in_memory() {
        let claims = |custom: &str| {
            let payload = format!(
                r#"{{"iss":"https://acme.scalekit.dev","sub":"usr_1","aud":["skc_1"],"iat":1,"exp":2,"custom_claims":{custom}}}"#
            );
            Claims::unverified(payload.as_bytes()).unwrap().custom_bytes()
        };
        let ones = format!("[{}]", ["1"; 1000].join(","));
        assert!(claims(&ones) >= 32 * 1000, "a thousand values, from 2 kB of text");
        assert!(claims("\"short\"") < 300);
    }
}
