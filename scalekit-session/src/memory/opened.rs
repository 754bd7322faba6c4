//! [`OpenedSessions`]: a cache of sessions that were opened and verified before. Thanks to this cache a warm request
//! costs a look-up, not a decryption and a signature check.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, Weighter};

use crate::cookie::Holder;
use crate::seal::Sealed;
use crate::session::Session;

/// Opened sessions by their exact sealed value. Limited in bytes. Holds verified sessions only, and no tokens.
pub(crate) struct OpenedSessions {
    cache: Cache<SealedValue, Session, ByBytes, BuildHasherDefault<TailHasher>>,
}

impl std::fmt::Debug for OpenedSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenedSessions").field("sessions", &self.cache.len()).finish()
    }
}

impl OpenedSessions {
    /// A cache that takes at most about that many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let items = (bytes / 8192).max(16);
        let hasher = BuildHasherDefault::default();
        Self { cache: Cache::with(items, bytes as u64, ByBytes, hasher, DefaultLifecycle::default()) }
    }

    pub(crate) fn get(&self, holder: Holder, value: &Sealed<'_>) -> Option<Session> {
        self.cache.get(&Presented { holder, value })
    }

    pub(crate) fn insert(&self, value: Arc<str>, session: Session) {
        self.cache.insert(SealedValue { holder: session.facts().holder, value }, session);
    }
}

/// The key of an entry. A sealed value is found only together with the form of the cookie that it came from (R21).
#[derive(PartialEq, Eq)]
struct SealedValue {
    holder: Holder,
    value: Arc<str>,
}

/// A sealed value that a request shows, to look up without a copy.
struct Presented<'a> {
    holder: Holder,
    value: &'a Sealed<'a>,
}

/// Hashes only the last bytes of a sealed value. They encode the authentication tag, which is as random as a hash. Only
/// genuine values are stored, so an attacker cannot choose values that collide.
impl Hash for SealedValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.value.as_bytes().last_chunk::<16>().unwrap_or(&[0; 16]));
    }
}

impl Hash for Presented<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.value.tail());
    }
}

impl Equivalent<SealedValue> for Presented<'_> {
    fn equivalent(&self, key: &SealedValue) -> bool {
        self.holder == key.holder && self.value.eq_str(&key.value)
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<SealedValue, Session> for ByBytes {
    /// About how many bytes an entry takes: the sealed value, as much again for its parsed claims, a fixed part, and
    /// the custom claims. Custom claims are measured in memory, because a list of small numbers takes many times as
    /// much there as in its text.
    fn weight(&self, key: &SealedValue, session: &Session) -> u64 {
        key.value.len() as u64 * 2 + 1024 + session.facts().claims.custom_bytes()
    }
}

/// A fast hasher for sixteen random characters.
#[derive(Default)]
struct TailHasher(u64);

impl Hasher for TailHasher {
    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let mut padded = [0; 8];
            for (to, from) in padded.iter_mut().zip(word) {
                *to = *from;
            }
            self.0 =
                (self.0 ^ u64::from_le_bytes(padded)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
    }

    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0xff51_afd7_ed55_8ccd) ^ (self.0 >> 32)
    }
}
