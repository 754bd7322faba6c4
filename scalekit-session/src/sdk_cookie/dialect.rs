//! The two ways in which the official packages name what a session holds.

/// Which of Scalekit's official packages a session is written for: those of one language read no other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OfficialDialect {
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
    pub(super) fn of(name: &str) -> Option<(Self, Option<OfficialDialect>)> {
        Some(match name {
            "user" => (Self::User, None),
            "access_token" => (Self::AccessToken, Some(OfficialDialect::Python)),
            "accessToken" => (Self::AccessToken, Some(OfficialDialect::Node)),
            "refresh_token" => (Self::RefreshToken, Some(OfficialDialect::Python)),
            "refreshToken" => (Self::RefreshToken, Some(OfficialDialect::Node)),
            "id_token" => (Self::IdToken, Some(OfficialDialect::Python)),
            "idToken" => (Self::IdToken, Some(OfficialDialect::Node)),
            "expires_at" => (Self::ExpiresAt, Some(OfficialDialect::Python)),
            "expiresAt" => (Self::ExpiresAt, Some(OfficialDialect::Node)),
            _ => return None,
        })
    }

    /// Its name.
    pub(super) const fn name(self, dialect: OfficialDialect) -> &'static str {
        match (self, dialect) {
            (Self::User, _) => "user",
            (Self::AccessToken, OfficialDialect::Python) => "access_token",
            (Self::AccessToken, OfficialDialect::Node) => "accessToken",
            (Self::RefreshToken, OfficialDialect::Python) => "refresh_token",
            (Self::RefreshToken, OfficialDialect::Node) => "refreshToken",
            (Self::IdToken, OfficialDialect::Python) => "id_token",
            (Self::IdToken, OfficialDialect::Node) => "idToken",
            (Self::ExpiresAt, OfficialDialect::Python) => "expires_at",
            (Self::ExpiresAt, OfficialDialect::Node) => "expiresAt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        use Field::{AccessToken, ExpiresAt, IdToken, RefreshToken, User};

        for dialect in [OfficialDialect::Python, OfficialDialect::Node] {
            for field in [AccessToken, RefreshToken, IdToken, ExpiresAt] {
                assert_eq!(Field::of(field.name(dialect)), Some((field, Some(dialect))));
            }
            assert_eq!(Field::of(User.name(dialect)), Some((User, None)));
        }
        assert_eq!(Field::of("Access_Token"), None);
    }
}
