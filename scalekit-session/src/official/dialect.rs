//! The two ways in which the official packages name what a session holds.

/// Which of the official packages a payload is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
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
    pub(super) fn of(name: &str) -> Option<(Self, Option<Dialect>)> {
        Some(match name {
            "user" => (Self::User, None),
            "access_token" => (Self::AccessToken, Some(Dialect::Python)),
            "accessToken" => (Self::AccessToken, Some(Dialect::Node)),
            "refresh_token" => (Self::RefreshToken, Some(Dialect::Python)),
            "refreshToken" => (Self::RefreshToken, Some(Dialect::Node)),
            "id_token" => (Self::IdToken, Some(Dialect::Python)),
            "idToken" => (Self::IdToken, Some(Dialect::Node)),
            "expires_at" => (Self::ExpiresAt, Some(Dialect::Python)),
            "expiresAt" => (Self::ExpiresAt, Some(Dialect::Node)),
            _ => return None,
        })
    }

    /// Its name.
    pub(super) const fn name(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::User, _) => "user",
            (Self::AccessToken, Dialect::Python) => "access_token",
            (Self::AccessToken, Dialect::Node) => "accessToken",
            (Self::RefreshToken, Dialect::Python) => "refresh_token",
            (Self::RefreshToken, Dialect::Node) => "refreshToken",
            (Self::IdToken, Dialect::Python) => "id_token",
            (Self::IdToken, Dialect::Node) => "idToken",
            (Self::ExpiresAt, Dialect::Python) => "expires_at",
            (Self::ExpiresAt, Dialect::Node) => "expiresAt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        use Field::{AccessToken, ExpiresAt, IdToken, RefreshToken, User};

        for dialect in [Dialect::Python, Dialect::Node] {
            for field in [AccessToken, RefreshToken, IdToken, ExpiresAt] {
                assert_eq!(Field::of(field.name(dialect)), Some((field, Some(dialect))));
            }
            assert_eq!(Field::of(User.name(dialect)), Some((User, None)));
        }
        assert_eq!(Field::of("Access_Token"), None);
    }
}
