//! [`SdkLanguage`]: the two dialects of the SDK cookie, and the names that each gives to the members of a session.

/// For which of Scalekit's official packages a session is written. Packages for one language cannot read the sessions
/// of the other language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SdkLanguage {
    /// Flask, FastAPI and Django. Names are written as in `access_token`; a missing value is written as `null`.
    Python,
    /// Express and Next.js. Names are written as in `accessToken`; a missing value is left out.
    Node,
}

impl SdkLanguage {
    /// The value that the setting has.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
        }
    }
}

/// A member of a payload that this crate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    User,
    AccessToken,
    RefreshToken,
    IdToken,
    ExpiresAt,
}

impl Field {
    /// The field of that name, and the dialect that uses the name. The dialect is `None` when both use it.
    pub(super) fn of(name: &str) -> Option<(Self, Option<SdkLanguage>)> {
        Some(match name {
            "user" => (Self::User, None),
            "access_token" => (Self::AccessToken, Some(SdkLanguage::Python)),
            "accessToken" => (Self::AccessToken, Some(SdkLanguage::Node)),
            "refresh_token" => (Self::RefreshToken, Some(SdkLanguage::Python)),
            "refreshToken" => (Self::RefreshToken, Some(SdkLanguage::Node)),
            "id_token" => (Self::IdToken, Some(SdkLanguage::Python)),
            "idToken" => (Self::IdToken, Some(SdkLanguage::Node)),
            "expires_at" => (Self::ExpiresAt, Some(SdkLanguage::Python)),
            "expiresAt" => (Self::ExpiresAt, Some(SdkLanguage::Node)),
            _ => return None,
        })
    }

    /// The field's name in a dialect.
    pub(super) const fn name(self, dialect: SdkLanguage) -> &'static str {
        match (self, dialect) {
            (Self::User, _) => "user",
            (Self::AccessToken, SdkLanguage::Python) => "access_token",
            (Self::AccessToken, SdkLanguage::Node) => "accessToken",
            (Self::RefreshToken, SdkLanguage::Python) => "refresh_token",
            (Self::RefreshToken, SdkLanguage::Node) => "refreshToken",
            (Self::IdToken, SdkLanguage::Python) => "id_token",
            (Self::IdToken, SdkLanguage::Node) => "idToken",
            (Self::ExpiresAt, SdkLanguage::Python) => "expires_at",
            (Self::ExpiresAt, SdkLanguage::Node) => "expiresAt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        use Field::{AccessToken, ExpiresAt, IdToken, RefreshToken, User};

        for dialect in [SdkLanguage::Python, SdkLanguage::Node] {
            for field in [AccessToken, RefreshToken, IdToken, ExpiresAt] {
                assert_eq!(Field::of(field.name(dialect)), Some((field, Some(dialect))));
            }
            assert_eq!(Field::of(User.name(dialect)), Some((User, None)));
        }
        assert_eq!(Field::of("Access_Token"), None);
    }
}
