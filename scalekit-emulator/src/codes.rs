use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::authorization::AuthorizationRequest;
use crate::clock::millis;
use crate::world::World;

const LIFETIME: Duration = Duration::from_secs(600);

/// An authorization code and everything it is bound to.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) request: AuthorizationRequest,
    pub(crate) session_id: String,
    pub(crate) organization_id: String,
    issued_at: u64,
    used: bool,
}

/// Why a code buys nothing. The texts reach the application as `error_description`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    #[error("the code is unknown")]
    Unknown,
    #[error("the code has been used before")]
    Used,
    #[error("the code has expired")]
    Expired,
    #[error("the redirect_uri differs from that of the authorization request")]
    Redirect,
    #[error("the code_verifier does not match the code_challenge")]
    Verifier,
}

impl Code {
    pub(crate) fn is_used(&self) -> bool {
        self.used
    }
}

impl World {
    pub(crate) fn issue_code(
        &mut self,
        request: &AuthorizationRequest,
        session_id: &str,
        organization_id: &str,
        now: u64,
    ) -> String {
        self.codes.retain(|_, code| now.saturating_sub(code.issued_at) < 2 * millis(LIFETIME));
        let code = self.ids.hex(40);
        self.codes.insert(
            code.clone(),
            Code {
                request: request.clone(),
                session_id: session_id.to_owned(),
                organization_id: organization_id.to_owned(),
                issued_at: now,
                used: false,
            },
        );
        code
    }

    /// Spends a code: whatever the outcome, the owner cannot present it again.
    pub(crate) fn redeem_code(
        &mut self,
        code: &str,
        client_id: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        now: u64,
    ) -> Result<Code, CodeError> {
        let code = self
            .codes
            .get_mut(code)
            .filter(|code| code.request.client_id == client_id)
            .ok_or(CodeError::Unknown)?;
        if std::mem::replace(&mut code.used, true) {
            return Err(CodeError::Used);
        }
        if now.saturating_sub(code.issued_at) >= millis(LIFETIME) {
            return Err(CodeError::Expired);
        }
        if redirect_uri != Some(code.request.redirect_uri.as_str()) {
            return Err(CodeError::Redirect);
        }
        if !proves(verifier, code.request.challenge.as_deref()) {
            return Err(CodeError::Verifier);
        }
        Ok(code.clone())
    }
}

/// A verifier without a challenge is refused too: somebody has cut the challenge out of the request.
fn proves(verifier: Option<&str>, challenge: Option<&str>) -> bool {
    let computed = verifier.map(|verifier| URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())));
    computed.as_deref() == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_of_rfc_7636_matches_its_challenge() {
        let verifier = Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(proves(verifier, challenge));
        assert!(proves(None, None));
        assert!(!proves(None, challenge));
        assert!(!proves(verifier, None));
        assert!(!proves(Some("other"), challenge));
    }
}
