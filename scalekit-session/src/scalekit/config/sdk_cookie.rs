//! [`SdkCookie`]: sharing the session with Scalekit's official packages.

use std::fmt;

use zeroize::Zeroizing;

use super::problem::ConfigProblem;
use crate::cookie::CookieNames;
use crate::sdk_cookie::{SdkKey, SdkLanguage, ShortSecrets};

/// The cookie in which Scalekit's packages for Express, Next.js, FastAPI, Flask and Django keep their session
/// (`sk_session`, format version 1), so that an application of theirs behind the same origin and this one have one session.
///
/// It is read in both ways in which the packages write it. Unless [`write`](Self::write) says so, sessions are written to
/// our own cookie: at its next refresh a session moves there. Our own cookie goes before.
///
/// The format holds less than ours does and has no marker: what does not hold while it is written is listed in
/// [Move from FastAPI or Express](https://github.com/scalekit-session/scalekit-session/blob/main/docs/move-from-fastapi-or-express.md).
///
/// ```
/// # #[cfg(feature = "testing")] {
/// use scalekit_session::testing::TestEnvironment;
/// use scalekit_session::{SdkCookie, SdkLanguage};
///
/// let environment = TestEnvironment::new();
/// let shared = SdkCookie::new("the cookie_encryption_secret of FastAPI").write(SdkLanguage::Python);
/// assert!(environment.builder().sdk_cookie(shared).build().is_ok());
///
/// let short = SdkCookie::new("guess me");
/// let error = environment.builder().sdk_cookie(short).build().unwrap_err();
/// assert!(error.to_string().contains("8 bytes"), "{error}");
/// # }
/// ```
#[derive(Clone)]
#[must_use = "the cookie is shared when the builder knows of it"]
pub struct SdkCookie {
    secret: Zeroizing<String>,
    pub(super) name: String,
    write: Option<SdkLanguage>,
    short: ShortSecrets,
}

impl SdkCookie {
    /// The secret that the other applications have as `cookie_encryption_secret`. It is taken as it is: commas, white
    /// space and encodings mean nothing in it. Give it to nothing else.
    pub fn new(secret: impl Into<String>) -> Self {
        let (secret, name) = (Zeroizing::new(secret.into()), "sk_session".to_owned());
        Self { secret, name, write: None, short: ShortSecrets::Refuse }
    }

    /// Writes sessions to this cookie, in place of our own, for the packages of that language.
    pub fn write(self, dialect: SdkLanguage) -> Self {
        Self { write: Some(dialect), ..self }
    }

    /// Its full name. Default `sk_session`, as the packages have it.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Takes a secret of less than 32 bytes, which the packages do not refuse. Security: whoever guesses it, at leisure and
    /// from one cookie, can read the tokens of every session in such a cookie; change it as soon as the applications can.
    pub fn allow_short_secret(self) -> Self {
        Self { short: ShortSecrets::Allow, ..self }
    }

    /// The language whose packages sessions are written for.
    pub(super) fn written(&self) -> Option<SdkLanguage> {
        self.write
    }

    /// Reports what is wrong, or makes the key. `names` are those of our own cookies.
    pub(super) fn check(
        &self,
        names: &CookieNames,
        own_secrets: &[String],
        problems: &mut Vec<ConfigProblem>,
    ) -> Option<SdkKey> {
        if !names.admits(&self.name) {
            problems.push(ConfigProblem::SdkCookieName(self.name.clone()));
        }
        // Ours are lists: one text in both settings would give the others our secrets.
        let parts = || self.secret.split(',').chain([self.secret.as_str()]).map(str::trim);
        if own_secrets.iter().any(|own| parts().any(|part| part == own.trim())) {
            problems.push(ConfigProblem::SdkCookieSecretShared);
        }
        match SdkKey::new(&self.secret, self.short) {
            Ok(key) => Some(key),
            Err(error) => {
                problems.push(ConfigProblem::SdkCookieSecret(error.to_string()));
                None
            }
        }
    }
}

impl fmt::Debug for SdkCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SdkCookie")
            .field("name", &self.name)
            .field("write", &self.write)
            .finish_non_exhaustive()
    }
}
