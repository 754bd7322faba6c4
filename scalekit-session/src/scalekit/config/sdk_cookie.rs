//! [`SdkCookie`]: sharing the session with Scalekit's official packages.

use std::fmt;

use zeroize::Zeroizing;

use super::problem::ConfigProblem;
use crate::cookie::CookieNames;
use crate::sdk_cookie::{SdkKey, SdkLanguage, ShortSecrets};

/// The SDK cookie: `sk_session`, format version 1, in which Scalekit's packages for Express, Next.js, FastAPI, Flask and
/// Django keep their session. With it, such an application and this one share one session behind one origin.
///
/// Both languages' ways of writing the cookie are read. Without [`write`](Self::write), sessions are written to our own
/// cookie, so a session moves there at its next refresh. Where a browser has both cookies, our own one counts.
///
/// The SDK cookie holds less than our own and has no live marker. What is not guaranteed while it is written is listed in
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
#[must_use = "give it to the builder's `sdk_cookie`"]
pub struct SdkCookie {
    secret: Zeroizing<String>,
    pub(super) name: String,
    write: Option<SdkLanguage>,
    short: ShortSecrets,
}

impl SdkCookie {
    /// The secret that the other applications have as `cookie_encryption_secret`. It is taken as it is: commas, white
    /// space and encodings mean nothing in it. Use it for nothing else.
    pub fn new(secret: impl Into<String>) -> Self {
        let (secret, name) = (Zeroizing::new(secret.into()), "sk_session".to_owned());
        Self { secret, name, write: None, short: ShortSecrets::Refuse }
    }

    /// Writes sessions to this cookie, in place of our own, for the packages of that language. Default: the cookie is read
    /// only.
    pub fn write(self, language: SdkLanguage) -> Self {
        Self { write: Some(language), ..self }
    }

    /// The full name of the cookie. Default `sk_session`, as in the packages.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Accepts a secret of less than 32 bytes, as the packages do. Security: an attacker who has one cookie can guess a short
    /// secret offline, and can then read the tokens in every SDK cookie. Change the secret as soon as the applications can.
    pub fn allow_short_secret(self) -> Self {
        Self { short: ShortSecrets::Allow, ..self }
    }

    /// The language whose packages sessions are written for.
    pub(super) fn written(&self) -> Option<SdkLanguage> {
        self.write
    }

    /// Reports what is wrong, or makes the key. `names` are those of our own cookies, `own_secrets` the cookie secrets that can
    /// be used. A cookie secret that cannot be used is reported by itself and has to be replaced anyway.
    pub(super) fn check(
        &self,
        names: &CookieNames,
        own_secrets: &[&str],
        problems: &mut Vec<ConfigProblem>,
    ) -> Option<SdkKey> {
        if !names.admits(&self.name) {
            problems.push(ConfigProblem::SdkCookieName(self.name.clone()));
        }
        // The cookie secrets are a list in one text. That text as the shared secret would give away every one of them.
        let parts = || self.secret.split(',').chain([self.secret.as_str()]).map(str::trim);
        if own_secrets.iter().any(|own| parts().any(|part| part == own.trim())) {
            problems.push(ConfigProblem::SdkCookieSecretShared);
        }
        match SdkKey::new(&self.secret, self.short) {
            Ok(key) => Some(key),
            Err(error) => {
                problems.push(ConfigProblem::SdkCookieSecret(error));
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
