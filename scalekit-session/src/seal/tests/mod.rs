//! Tests of sealing, and the keys that they share.

mod keys;
mod payloads;
mod rings;
mod vectors;

use super::{Key, Keyring};

const ENVIRONMENT: &str = "https://acme.scalekit.dev";
const CLIENT: &str = "skc_1";
const NAME: &str = "__Host-scalekit";

fn key(seed: u8) -> Key {
    let secret: String =
        (0..32).map(|index: u8| format!("{:02x}", index.wrapping_mul(7).wrapping_add(seed))).collect();
    Key::parse(&secret).unwrap()
}

/// A keyring of these keys. The first key seals.
fn ring(seeds: &[u8]) -> Keyring {
    Keyring::new(seeds.iter().map(|seed| key(*seed)).collect(), ENVIRONMENT, CLIENT).unwrap()
}
