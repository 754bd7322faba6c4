use crate::clock::millis;
use crate::sessions::SessionStatus;
use crate::world::World;

/// What a chain of refresh tokens stands for.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) session_id: String,
    pub(crate) organization_id: String,
    pub(crate) connection_id: Option<String>,
    pub(crate) scope: String,
    pub(crate) revoked: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) grant: String,
    rotated: Option<Rotated>,
}

#[derive(Clone, Debug)]
struct Rotated {
    at: u64,
    successor: String,
}

/// Why a refresh token buys nothing. The texts reach the application as `error_description`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    #[error("the refresh token is unknown")]
    Unknown,
    #[error("the refresh token has been used before")]
    Reused,
    #[error("the refresh token has been revoked")]
    Revoked,
    #[error("the session has ended")]
    SessionEnded,
}

impl RefreshToken {
    /// Whether it has a successor.
    pub(crate) fn is_rotated(&self) -> bool {
        self.rotated.is_some()
    }
}

impl World {
    /// The first refresh token of a grant.
    pub(crate) fn grant(&mut self, grant: Grant) -> String {
        let id = self.ids.hex(32);
        self.grants.insert(id.clone(), grant);
        self.issue_refresh_token(id)
    }

    /// Rotates a refresh token; within the grace period an old one gets the successor it already has.
    pub(crate) fn redeem_refresh_token(
        &mut self,
        token: &str,
        client_id: &str,
        now: u64,
    ) -> Result<(Grant, String), RefreshError> {
        let RefreshToken { grant: id, rotated } =
            self.refresh_tokens.get(token).cloned().ok_or(RefreshError::Unknown)?;
        let grant = self
            .grants
            .get(&id)
            .filter(|grant| grant.client_id == client_id)
            .cloned()
            .ok_or(RefreshError::Unknown)?;
        if grant.revoked {
            return Err(RefreshError::Revoked);
        }
        if let Some(rotated) = &rotated
            && now.saturating_sub(rotated.at) >= millis(self.policy.grace)
        {
            if self.policy.revoke_family_on_reuse {
                self.revoke_grant(&id);
            }
            return Err(RefreshError::Reused);
        }
        self.active_session(&grant.session_id, now).ok_or(RefreshError::SessionEnded)?.last_active_at = now;

        let successor = match rotated {
            Some(rotated) => rotated.successor,
            None => self.rotate(token, id, now),
        };
        Ok((grant, successor))
    }

    /// Revokes the chain of a refresh token and ends its session.
    pub(crate) fn revoke_refresh_token(&mut self, token: &str, client_id: &str, now: u64) {
        let Some(id) = self.refresh_tokens.get(token).map(|token| token.grant.clone()) else {
            return;
        };
        let Some(grant) = self.grants.get(&id).filter(|grant| grant.client_id == client_id) else {
            return;
        };
        let session = grant.session_id.clone();
        self.revoke_grant(&id);
        self.end_session(&session, SessionStatus::Revoked, now);
    }

    fn rotate(&mut self, token: &str, grant: String, now: u64) -> String {
        let successor = self.issue_refresh_token(grant);
        if let Some(old) = self.refresh_tokens.get_mut(token) {
            old.rotated = Some(Rotated { at: now, successor: successor.clone() });
        }
        successor
    }

    fn issue_refresh_token(&mut self, grant: String) -> String {
        let token = self.ids.hex(40);
        self.refresh_tokens.insert(token.clone(), RefreshToken { grant, rotated: None });
        token
    }

    fn revoke_grant(&mut self, id: &str) {
        if let Some(grant) = self.grants.get_mut(id) {
            grant.revoked = true;
        }
    }
}
