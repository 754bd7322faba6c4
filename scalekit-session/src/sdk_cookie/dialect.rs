//! The two ways in which the official packages name what a session holds.

/// Which of Scalekit's official packages a session is written for: those of one language read no other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SdkLanguage {
    /// Flask, FastAPI and Django: `access_token`. What is missing is `null`.
    Python,
    /// Express and Next.js: `accessToken`. What is missing is left out.
    Node,
}

/// A member of a payload that has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    User,
    AccessToken,
    RefreshToken,
    IdToken,
    ExpiresAt,
}

impl Field {
    /// The field of that name, and the dialect that has the name unless both have.
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

    /// Its name.
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
