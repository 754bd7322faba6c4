//! PKCE code verifiers (RFC 7636) and nonces: they tie the end of a login to its beginning.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::{CodeVerifier, Nonce};

impl CodeVerifier {
    /// A new verifier: 256 random bits in 43 characters (RFC 7636 §4.1, §7.1).
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        random_text().map(Self::new)
    }

    /// The code challenge of this verifier, for the method S256 (RFC 7636 §4.2).
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret().as_bytes()))
    }
}

impl Nonce {
    /// A new nonce of 256 random bits (OIDC Core §15.5.2).
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        random_text().map(Self::new)
    }
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the operating system gave no random bytes")]
#[non_exhaustive]
pub struct NoRandomness;

fn random_text() -> Result<String, NoRandomness> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(*bytes))
}
