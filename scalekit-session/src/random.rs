//! Random bytes of the operating system: the only source of session ids, states, nonces and verifiers.

use thiserror::Error;
use zeroize::Zeroizing;

/// The operating system gave no random numbers.
#[derive(Clone, Copy, Debug, Error)]
#[error("the operating system gave no random numbers")]
pub(crate) struct RandomError;

/// `N` random bytes, wiped when dropped.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, RandomError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(|_| RandomError)?;
    Ok(bytes)
}
