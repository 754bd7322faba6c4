//! Random bytes from the operating system, for session ids, states, nonces and PKCE verifiers. There is no other
//! source.

use thiserror::Error;
use zeroize::Zeroizing;

/// The operating system gave no random numbers.
#[derive(Clone, Copy, Debug, Error)]
#[error("the operating system gave no random numbers")]
pub(crate) struct RandomError;

/// `N` random bytes. Their memory is overwritten when they are dropped.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, RandomError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(|_| RandomError)?;
    Ok(bytes)
}
