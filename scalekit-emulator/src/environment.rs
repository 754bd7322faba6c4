use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::calls::CallLog;
use crate::clock::Clock;
use crate::faults::FaultBook;
use crate::signing::{KeyRing, SigningKey};
use crate::world::World;

/// One Scalekit environment: what all requests share.
pub(crate) struct Environment {
    pub(crate) issuer: String,
    pub(crate) cookie: String,
    pub(crate) calls: CallLog,
    pub(crate) faults: Arc<FaultBook>,
    clock: Arc<dyn Clock>,
    world: Mutex<World>,
    keys: RwLock<KeyRing>,
}

impl Environment {
    pub(crate) fn new(port: u16, clock: Arc<dyn Clock>, world: World, keys: KeyRing) -> Self {
        Self {
            issuer: format!("http://localhost:{port}"),
            // All ports of localhost share one cookie jar.
            cookie: format!("scalekit_emulator_{port}"),
            calls: CallLog::default(),
            faults: Arc::default(),
            clock,
            world: Mutex::new(world),
            keys: RwLock::new(keys),
        }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn signing_key(&self) -> Arc<SigningKey> {
        self.with_keys(|keys| keys.signing())
    }

    pub(crate) fn with_keys<T>(&self, read: impl FnOnce(&KeyRing) -> T) -> T {
        read(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change_keys(&self, change: impl FnOnce(&mut KeyRing)) {
        change(&mut self.keys.write().unwrap_or_else(PoisonError::into_inner));
    }
}
