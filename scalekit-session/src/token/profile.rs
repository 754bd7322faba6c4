//! [`Profile`]: name, e-mail address and the like of a user, as the ID token states them, for display.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The user of a session, as the ID token describes the user (OIDC Core §5.1). The profile is for display;
/// authorization reads [`Claims`](crate::Claims).
///
/// A serialized profile has the names of the claims and leaves out what is missing. In an ID token, a claim of an
/// unexpected type counts as missing, so that a broken profile does not prevent a login.
///
/// ```
/// use scalekit_session::Profile;
///
/// let profile: Profile = serde_json::from_str(r#"{"sub":"usr_1","name":"Ada"}"#)?;
/// assert_eq!((profile.id.as_str(), profile.name.as_deref(), profile.email.as_deref()), ("usr_1", Some("Ada"), None));
/// assert_eq!(serde_json::to_string(&profile)?, r#"{"sub":"usr_1","name":"Ada"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Profile {
    /// The user (`sub`, `usr_…`).
    #[serde(rename = "sub")]
    pub id: String,
    /// The full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The first name or names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The last name or names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The name the user goes by (`preferred_username`).
    #[serde(rename = "preferred_username", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The e-mail address. An address may pass to another person, so identify users by [`id`](Self::id).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether Scalekit knows that the address belongs to the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether Scalekit knows that the number belongs to the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
    /// URL of a page about the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// URL of a picture. Untrusted: the identity provider chooses the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The gender, in the user's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// The birthday as `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// The time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// The language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// When the profile was last changed, in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<u64>,
    /// Data that was stored with the user: a text or an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
    /// The accounts at identity providers that the user signs in with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<LinkedIdentity>,
}

/// An account at an identity provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LinkedIdentity {
    /// The connection (`conn_…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<String>,
    /// The organization that the connection belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// The protocol, for example `OIDC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
    /// The provider, for example `GOOGLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_name: Option<String>,
    /// Whether it is a social login.
    pub social: bool,
    /// What the provider said about the user. Left out when serialized, because its size is not limited and that of
    /// cookies is.
    #[serde(skip_serializing)]
    pub provider_raw_attributes: Option<Value>,
}

impl Profile {
    /// Reads the payload of an ID token; `None` when it has no subject.
    pub(crate) fn from_id_token(payload: &[u8]) -> Option<Self> {
        let mut claims: Map<String, Value> = serde_json::from_slice(payload).ok()?;
        Some(Self {
            id: text(&mut claims, "sub")?,
            name: text(&mut claims, "name"),
            given_name: text(&mut claims, "given_name"),
            family_name: text(&mut claims, "family_name"),
            username: text(&mut claims, "preferred_username"),
            email: text(&mut claims, "email"),
            email_verified: flag(&claims, "email_verified"),
            phone_number: text(&mut claims, "phone_number"),
            phone_number_verified: flag(&claims, "phone_number_verified"),
            profile: text(&mut claims, "profile"),
            picture: text(&mut claims, "picture"),
            gender: text(&mut claims, "gender"),
            birthdate: text(&mut claims, "birthdate"),
            zoneinfo: text(&mut claims, "zoneinfo"),
            locale: text(&mut claims, "locale"),
            updated_at: claims.get("updated_at").and_then(Value::as_u64),
            metadata: claims.remove("metadata").filter(|value| !value.is_null()),
            identities: identities(claims.remove("identities")),
        })
    }
}

/// A profile that is parsed when it is first used.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptProfile {
    claims: Box<[u8]>,
    read: OnceLock<Option<Profile>>,
}

impl KeptProfile {
    /// Keeps the claims of an ID token, or a serialized profile.
    pub(crate) fn of_claims(claims: &[u8]) -> Self {
        Self { claims: claims.into(), read: OnceLock::new() }
    }

    pub(crate) fn get(&self) -> Option<&Profile> {
        self.read.get_or_init(|| Profile::from_id_token(&self.claims)).as_ref()
    }
}

impl From<Option<Profile>> for KeptProfile {
    fn from(profile: Option<Profile>) -> Self {
        Self { claims: Box::default(), read: OnceLock::from(profile) }
    }
}

fn text(claims: &mut Map<String, Value>, name: &str) -> Option<String> {
    match claims.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn flag(claims: &Map<String, Value>, name: &str) -> Option<bool> {
    claims.get(name).and_then(Value::as_bool)
}

fn identities(claim: Option<Value>) -> Vec<LinkedIdentity> {
    let Some(Value::Array(identities)) = claim else {
        return Vec::new();
    };
    identities.into_iter().filter_map(|identity| serde_json::from_value(identity).ok()).collect()
}
