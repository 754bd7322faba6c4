use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Unguessable identifiers and secrets, all derived from one random seed.
///
/// Only the seed can fail to be drawn, so that nothing after the start can.
pub(crate) struct Ids {
    seed: [u8; 32],
    drawn: u64,
}

impl Ids {
    pub(crate) fn seeded() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self { seed, drawn: 0 })
    }

    /// `prefix` and 18 decimal digits, the form of Scalekit's identifiers.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let digits =
            self.block().iter().take(18).map(|byte| char::from(b'0' + byte % 10)).collect::<String>();
        format!("{prefix}{digits}")
    }

    /// `length` (at most 64) hexadecimal characters.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut text = hex(&self.block());
        text.truncate(length);
        text
    }

    /// 32 bytes as base64url.
    pub(crate) fn secret(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.block())
    }

    fn block(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut input = self.seed.to_vec();
        input.extend_from_slice(&self.drawn.to_be_bytes());
        let mut block = [0; 32];
        for (into, from) in block.iter_mut().zip(digest(&SHA256, &input).as_ref()) {
            *into = *from;
        }
        block
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ids").finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
