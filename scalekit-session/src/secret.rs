//! Secret texts such as tokens and the client secret. `Debug` shows no value, there is no `Display`, the memory is
//! overwritten when the text is dropped, and two texts are compared in constant time (R46).

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

macro_rules! secret_text {
    ($($(#[$docs:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$docs])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Wraps the text, unchanged.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(Zeroizing::new(text.into()))
            }

            /// The text. Security: keep it out of logs, URLs and pages.
            #[must_use]
            pub fn secret(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        // Compares in constant time: the time does not depend on where the texts differ.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
            }
        }

        impl Eq for $name {}
    )+};
}

secret_text! {
    /// An OAuth 2.0 access token (RFC 6749 §1.4).
    ///
    /// ```
    /// use scalekit_session::AccessToken;
    ///
    /// let token = AccessToken::new("eyJhbGciOi…");
    /// assert_eq!(format!("{token:?}"), "AccessToken([redacted])");
    /// assert_eq!(token.secret(), "eyJhbGciOi…");
    /// ```
    AccessToken,
    /// An OAuth 2.0 refresh token (RFC 6749 §1.5). A refresh token of Scalekit can be used once.
    RefreshToken,
    /// An OpenID Connect ID token (OIDC Core §2).
    IdToken,
    /// The client secret of a confidential client (RFC 6749 §2.3.1).
    ClientSecret,
    /// The authorization code of one login (RFC 6749 §4.1.2).
    AuthorizationCode,
    /// The PKCE code verifier of one login (RFC 7636 §4.1).
    CodeVerifier,
    /// The OIDC nonce that ties an ID token to one login (OIDC Core §3.1.2.1).
    Nonce,
}

impl From<String> for ClientSecret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for ClientSecret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r46_debug_shows_the_kind_and_nothing_of_the_value() {
        assert_eq!(format!("{:?}", RefreshToken::new("rt_secret")), "RefreshToken([redacted])");
        assert_eq!(format!("{:?}", ClientSecret::new("s3cret")), "ClientSecret([redacted])");
    }
}
