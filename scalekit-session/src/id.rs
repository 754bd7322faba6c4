//! Identifiers that this crate makes for itself: [`SessionId`], [`FlowId`], [`RefreshKey`].

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::secret::RefreshToken;

/// 128 random bits that name a session, new with each login. Not Scalekit's `sid`, which survives a new login. Never
/// shown to handlers or logs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionId([u8; 16]);

impl SessionId {
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// Names one login flow without revealing its `state` parameter: the first 8 bytes of the state's SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FlowId(pub(crate) [u8; 8]);

impl FlowId {
    pub(crate) fn of(state: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(state).into();
        let [a, b, c, d, e, f, g, h, ..] = hash;
        Self([a, b, c, d, e, f, g, h])
    }

    /// The end of the name of the flow's transaction cookie.
    pub(crate) fn suffix(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// Names a refresh token without revealing it: SHA-256 over issuer, client and token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RefreshKey([u8; 32]);

impl RefreshKey {
    pub(crate) fn new(issuer: &str, client_id: &str, token: &RefreshToken) -> Self {
        let mut hash = Sha256::new();
        for part in [issuer, client_id, token.secret()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// A byte of the hash. Times are spread by this byte, so that not all refresh tokens are sent at one time.
    pub(crate) fn spread(&self) -> u8 {
        let [.., last] = self.0;
        last
    }
}

impl fmt::Debug for RefreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKey(..)")
    }
}
