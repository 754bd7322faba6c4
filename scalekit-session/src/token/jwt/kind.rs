//! The kinds of tokens that Scalekit signs with one key, and the rules that tell them apart (R42, RFC 8725 §3.12).

use super::claim_set::Claim;
use super::{ClaimSet, InvalidToken};

/// The kind of token that a token is presented as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A user's access token. Sessions hold this kind.
    Access,
    /// An access token of a machine client (`client_credentials`).
    Machine,
    /// An ID token (OIDC Core §2).
    Id,
    /// The JWT that announces a login that began at the identity provider.
    IdpInitiated,
}

impl Kind {
    /// Whether a token of this kind may have that `typ` in its header (RFC 7515 §4.1.9).
    pub(super) fn admits_type(self, typ: Option<&str>) -> bool {
        let Some(typ) = typ else { return true };
        // media types ignore case, and `application/` may be left out
        let typ = typ.to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").unwrap_or(&typ);
        typ == "jwt" || (typ == "at+jwt" && matches!(self, Self::Access | Self::Machine))
    }

    /// Refuses claims of every other kind. `client_id` is the id of our own client.
    pub(super) fn check(self, claims: &ClaimSet, client_id: &str) -> Result<(), InvalidToken> {
        if claims.has_other("events") {
            // a logout token (OIDC Back-Channel Logout §2.4)
            return Err(self.mismatch());
        }
        match self {
            Self::Access => self.check_access(claims, client_id),
            Self::Machine => self.check_machine(claims),
            Self::Id => self.check_id(claims, client_id),
            Self::IdpInitiated => self.check_idp_initiated(claims),
        }
    }

    fn check_access(self, claims: &ClaimSet, client_id: &str) -> Result<(), InvalidToken> {
        let subject = claims.sub.text().ok_or(InvalidToken::Missing("sub"))?;
        let is_machine = subject == client_id || claims.client_id.text() == Some(subject);
        let is_id = !claims.at_hash.is_absent() || !claims.nonce.is_absent() || claims.has_other("c_hash");
        if is_machine || is_id {
            return Err(self.mismatch());
        }
        claims.jti.text().ok_or(InvalidToken::Missing("jti"))?;
        claims.sid.text().ok_or(InvalidToken::Missing("sid"))?;
        ours(claims, client_id)
    }

    fn check_machine(self, claims: &ClaimSet) -> Result<(), InvalidToken> {
        let subject = claims.sub.text().ok_or(InvalidToken::Missing("sub"))?;
        let is_machine = claims.client_id.text() == Some(subject);
        if is_machine && claims.sid.is_absent() && claims.at_hash.is_absent() {
            Ok(())
        } else {
            Err(self.mismatch())
        }
    }

    fn check_id(self, claims: &ClaimSet, client_id: &str) -> Result<(), InvalidToken> {
        let subject = claims.sub.text().ok_or(InvalidToken::Missing("sub"))?;
        // Scalekit's ID tokens always have `azp` and `at_hash`; its access tokens have `jti` and neither of the two
        let is_access = !claims.jti.is_absent() && claims.azp.is_absent() && claims.at_hash.is_absent();
        if is_access || subject == client_id {
            return Err(self.mismatch());
        }
        ours(claims, client_id)
    }

    fn check_idp_initiated(self, claims: &ClaimSet) -> Result<(), InvalidToken> {
        if claims.sub.is_absent() && claims.sid.is_absent() { Ok(()) } else { Err(self.mismatch()) }
    }

    fn mismatch(self) -> InvalidToken {
        InvalidToken::Kind {
            expected: match self {
                Self::Access => "user's access token",
                Self::Machine => "machine's access token",
                Self::Id => "ID token",
                Self::IdpInitiated => "token of a login begun at the identity provider",
            },
        }
    }
}

/// Checks that `client_id` and `azp`, where present, name our own client.
fn ours(claims: &ClaimSet, client_id: &str) -> Result<(), InvalidToken> {
    let foreign = |id: &Claim<Box<str>>| id.get().is_some_and(|id| **id != *client_id);
    if foreign(&claims.client_id) || foreign(&claims.azp) {
        return Err(InvalidToken::Client);
    }
    Ok(())
}
