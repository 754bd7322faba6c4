//! Sessions that were opened and verified before, by their exact sealed value: the reason why a request costs a look-up
//! and not a decryption and a signature.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, Weighter};

use crate::cookie::Holder;
use crate::seal::Sealed;
use crate::session::Session;

/// Bounded by bytes. Holds verified sessions only, and no tokens.
pub(crate) struct OpenedSessions {
    cache: Cache<SealedValue, Session, ByBytes, BuildHasherDefault<TailHasher>>,
}

impl std::fmt::Debug for OpenedSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenedSessions").field("sessions", &self.cache.len()).finish()
    }
}

impl OpenedSessions {
    /// Keeps at most about that many bytes.
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

/// A value counts under the name of its own form only (R21).
#[derive(PartialEq, Eq)]
struct SealedValue {
    holder: Holder,
    value: Arc<str>,
}

struct Presented<'a> {
    holder: Holder,
    value: &'a Sealed<'a>,
}

/// The last bytes of a sealed value encode its authentication tag. Only genuine values are stored, so nobody can
/// choose values that collide, and nothing else needs hashing.
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
    /// The sealed value, its claims once more, what surrounds them, and custom claims as what they take in memory: a
    /// list of small numbers takes many times what its text does.
    fn weight(&self, key: &SealedValue, session: &Session) -> u64 {
        key.value.len() as u64 * 2 + 1024 + session.facts().claims.custom_bytes()
    }
}

/// Mixes sixteen random characters.
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
