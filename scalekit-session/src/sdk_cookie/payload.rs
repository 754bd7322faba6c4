//! The content of the SDK cookie: tokens, and the other members that the official packages write.

use std::fmt;
use std::io::{self, Write};

use zeroize::Zeroizing;

use super::cipher::SdkOpenError;
use super::dialect::{Field, SdkLanguage};
use super::members::{Member, Members, NotAnObject};
use crate::clock::Timestamp;
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::token::claims::Claims;
use crate::token::jwt::unverified_payload;

/// The most members that a payload may have. The packages write five. The limit bounds the search for repeated names.
const MAX_MEMBERS: usize = 32;

/// A session as the SDK cookie holds it. Nothing in it may be used before its access token is verified.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SdkPayload {
    pub(crate) access_token: AccessToken,
    pub(crate) refresh_token: Option<RefreshToken>,
    /// The ID token of the login. The packages keep it when they refresh.
    pub(crate) id_token: Option<IdToken>,
    /// A JSON object.
    user: Option<Zeroizing<String>>,
    expires_at: Option<Timestamp>,
    /// The members that this crate does not know, as they are written: each is a comma, a name, a colon and a value.
    other: Zeroizing<String>,
}

impl SdkPayload {
    /// A session after a login or a refresh. The packages read the user and the end of the session from the members
    /// `user` and `expires_at`; both are filled from the access token. `claims` must be the verified claims of that
    /// token.
    pub(crate) fn new(
        access_token: AccessToken,
        refresh_token: Option<RefreshToken>,
        id_token: Option<IdToken>,
        claims: &Claims,
    ) -> Result<Self, NotVerified> {
        let user = verified_user(&access_token, claims)?;
        Ok(Self {
            access_token,
            refresh_token,
            id_token,
            user: Some(user),
            expires_at: Some(claims.expires_at()),
            other: Zeroizing::default(),
        })
    }

    /// A session whose access token could not be verified yet. It has no user, and its token counts as expired, so the
    /// packages refresh the session and check the new token.
    pub(crate) fn unverified(
        access_token: AccessToken,
        refresh_token: Option<RefreshToken>,
        id_token: Option<IdToken>,
    ) -> Self {
        let (user, expires_at, other) = (None, Some(Timestamp::EPOCH), Zeroizing::default());
        Self { access_token, refresh_token, id_token, user, expires_at, other }
    }

    /// This session with the members that [`beside`](Self::beside) returned.
    pub(crate) fn with_beside(self, beside: Zeroizing<String>) -> Self {
        Self { other: beside, ..self }
    }

    /// The members that this crate does not know, for example of a newer package. They are written back after a
    /// refresh. `None` when there are none.
    pub(crate) fn beside(&self) -> Option<&str> {
        Some(self.other.as_str()).filter(|other| !other.is_empty())
    }

    /// What the cookie says about the user, as JSON. Security: never identify a user by this. Another application
    /// with the same secret wrote it, at any time in the past. Identities come from the verified access token.
    pub(crate) fn unverified_user(&self) -> Option<&str> {
        self.user.as_ref().map(|user| user.as_str())
    }

    /// Until when the access token is good, as the cookie says. Security: not verified, like
    /// [`unverified_user`](Self::unverified_user).
    #[cfg(test)]
    pub(crate) fn unverified_expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The JSON to seal.
    pub(super) fn encode(&self, dialect: SdkLanguage) -> io::Result<Zeroizing<Vec<u8>>> {
        // Measures first: a vector that grows would leave plaintext behind in memory.
        let mut length = Length(0);
        self.write(dialect, &mut length)?;
        let mut text = Zeroizing::new(Vec::with_capacity(length.0));
        self.write(dialect, &mut *text)?;
        Ok(text)
    }

    /// Reads a payload of either dialect.
    pub(super) fn decode(plaintext: &[u8]) -> Result<(Self, SdkLanguage), SdkOpenError> {
        let text = str::from_utf8(plaintext).map_err(|_| SdkOpenError::NoSession)?;
        let fields = Fields::read(text)?;
        let (Some(access_token), Some(dialect)) = (token(fields.access_token)?, fields.dialect) else {
            return Err(SdkOpenError::NoSession);
        };
        let payload = Self {
            access_token: AccessToken::new(access_token),
            refresh_token: token(fields.refresh_token)?.map(RefreshToken::new),
            id_token: token(fields.id_token)?.map(IdToken::new),
            user: user(fields.user)?,
            expires_at: time(fields.expires_at)?,
            other: fields.written_others(),
        };
        Ok((payload, dialect))
    }

    fn write(&self, dialect: SdkLanguage, out: &mut impl Write) -> io::Result<()> {
        let refresh_token = self.refresh_token.as_ref().map(RefreshToken::secret);
        let id_token = self.id_token.as_ref().map(IdToken::secret);
        let mut members = MemberWriter { out, dialect, any: false };
        members.json(Field::User, self.unverified_user())?;
        members.text(Field::AccessToken, Some(self.access_token.secret()))?;
        members.text(Field::RefreshToken, refresh_token)?;
        members.text(Field::IdToken, id_token)?;
        let expires_at = self.expires_at.map(|time| time.as_secs().to_string());
        members.json(Field::ExpiresAt, expires_at.as_deref())?;
        out.write_all(self.other.as_bytes())?;
        out.write_all(b"}")
    }
}

impl fmt::Debug for SdkPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SdkPayload")
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .field("unverified_user", &self.user.is_some())
            .field("unverified_expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The claims are not those of the access token that they came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the verified claims are not those of the access token")]
pub(crate) struct NotVerified;

/// The payload of the access token as text. An error unless `claims` are the claims of this token.
fn verified_user(token: &AccessToken, claims: &Claims) -> Result<Zeroizing<String>, NotVerified> {
    let content = Zeroizing::new(unverified_payload(token.secret()).map_err(|_| NotVerified)?);
    if Claims::unverified(&content).as_ref() != Some(claims) {
        return Err(NotVerified);
    }
    let text = str::from_utf8(&content).map_err(|_| NotVerified)?;
    Ok(Zeroizing::new(text.trim_ascii().to_owned()))
}

/// The members of a payload, as they are written.
#[derive(Default)]
struct Fields<'a> {
    dialect: Option<SdkLanguage>,
    user: Option<&'a str>,
    access_token: Option<&'a str>,
    refresh_token: Option<&'a str>,
    id_token: Option<&'a str>,
    expires_at: Option<&'a str>,
    others: Vec<Member<'a>>,
}

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Result<Self, SdkOpenError> {
        let mut fields = Self::default();
        for (index, member) in Members::of(text).enumerate() {
            if index >= MAX_MEMBERS {
                return Err(SdkOpenError::NoSession);
            }
            fields.add(member.map_err(|NotAnObject| SdkOpenError::NoSession)?)?;
        }
        Ok(fields)
    }

    fn add(&mut self, member: Member<'a>) -> Result<(), SdkOpenError> {
        let Some((field, dialect)) = Field::of(&member.name) else {
            if self.others.iter().any(|other| other.name == member.name) {
                return Err(SdkOpenError::RepeatedName);
            }
            self.others.push(member);
            return Ok(());
        };
        if let Some(dialect) = dialect
            && *self.dialect.get_or_insert(dialect) != dialect
        {
            return Err(SdkOpenError::MixedDialects);
        }
        let place = match field {
            Field::User => &mut self.user,
            Field::AccessToken => &mut self.access_token,
            Field::RefreshToken => &mut self.refresh_token,
            Field::IdToken => &mut self.id_token,
            Field::ExpiresAt => &mut self.expires_at,
        };
        match place.replace(member.value) {
            Some(_) => Err(SdkOpenError::RepeatedName),
            None => Ok(()),
        }
    }

    fn written_others(&self) -> Zeroizing<String> {
        let length = self.others.iter().map(|other| other.written_name.len() + other.value.len() + 2).sum();
        let mut written = Zeroizing::new(String::with_capacity(length));
        for other in &self.others {
            written.extend([",", other.written_name, ":", other.value]);
        }
        written
    }
}

/// Reads a token. The packages treat an empty token as missing.
fn token(value: Option<&str>) -> Result<Option<String>, SdkOpenError> {
    let Some(value) = value else { return Ok(None) };
    let token: Option<String> = serde_json::from_str(value).map_err(|_| SdkOpenError::NoSession)?;
    Ok(token.filter(|token| !token.is_empty()))
}

/// Reads the user. It must be an object or `null`.
fn user(value: Option<&str>) -> Result<Option<Zeroizing<String>>, SdkOpenError> {
    match value {
        None | Some("null") => Ok(None),
        Some(object) if object.starts_with('{') => Ok(Some(Zeroizing::new(object.to_owned()))),
        Some(_) => Err(SdkOpenError::NoSession),
    }
}

/// Reads a time in seconds since the Unix epoch. The packages write a fraction when the token does not state the time.
fn time(value: Option<&str>) -> Result<Option<Timestamp>, SdkOpenError> {
    let Some(value) = value else { return Ok(None) };
    let seconds: Option<f64> = serde_json::from_str(value).map_err(|_| SdkOpenError::NoSession)?;
    // The conversion saturates at both ends.
    Ok(seconds.map(|seconds| Timestamp::from_millis((seconds * 1000.0) as u64)))
}

/// Writes the members of an object.
struct MemberWriter<'a, W> {
    out: &'a mut W,
    dialect: SdkLanguage,
    any: bool,
}

impl<W: Write> MemberWriter<'_, W> {
    fn json(&mut self, field: Field, value: Option<&str>) -> io::Result<()> {
        match (value, self.dialect) {
            (Some(value), _) => self.name(field)?.write_all(value.as_bytes()),
            (None, SdkLanguage::Python) => self.name(field)?.write_all(b"null"),
            (None, SdkLanguage::Node) => Ok(()),
        }
    }

    fn text(&mut self, field: Field, value: Option<&str>) -> io::Result<()> {
        match value {
            Some(text) => Ok(serde_json::to_writer(self.name(field)?, text)?),
            None => self.json(field, None),
        }
    }

    fn name(&mut self, field: Field) -> io::Result<&mut W> {
        let before = if std::mem::replace(&mut self.any, true) { ',' } else { '{' };
        write!(self.out, "{before}\"{}\":", field.name(self.dialect))?;
        Ok(self.out)
    }
}

/// Counts the bytes that are written.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
