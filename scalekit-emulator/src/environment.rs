use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::calls::CallLog;
use crate::clock::Clock;
use crate::courier::Courier;
use crate::faults::FaultBook;
use crate::signing::{KeyRing, SigningKey};
use crate::world::World;

/// One Scalekit environment: what all requests share.
pub(crate) struct Environment {
    pub(crate) issuer: String,
    pub(crate) cookie: String,
    pub(crate) calls: CallLog,
    pub(crate) faults: Arc<FaultBook>,
    pub(crate) courier: Courier,
    clock: Arc<dyn Clock>,
    world: Mutex<World>,
    keys: RwLock<KeyRing>,
}

impl Environment {
    pub(crate) fn new(
        port: u16,
        clock: Arc<dyn Clock>,
        world: World,
        keys: KeyRing,
        courier: Courier,
    ) -> Self {
        Self {
            issuer: format!("http://localhost:{port}"),
            // All ports of localhost share one cookie jar.
            cookie: format!("scalekit_emulator_{port}"),
            calls: CallLog::default(),
            faults: Arc::default(),
            courier,
            clock,
            world: Mutex::new(world),
            keys: RwLock::new(keys),
        }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The world, for one visit; what it has to say afterwards goes to the applications.
    pub(crate) fn world(&self) -> Visited<'_> {
        Visited { world: self.world.lock().unwrap_or_else(PoisonError::into_inner), environment: self }
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

/// The world while somebody holds it.
pub(crate) struct Visited<'a> {
    world: MutexGuard<'a, World>,
    environment: &'a Environment,
}

impl Deref for Visited<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Visited<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for Visited<'_> {
    fn drop(&mut self) {
        let messages = std::mem::take(&mut self.world.outbox);
        if messages.is_empty() {
            return;
        }
        let Environment { issuer, courier, faults, .. } = self.environment;
        let key = self.environment.signing_key();
        let flaws = faults.webhook_flaws();
        for message in messages {
            courier.take(message, issuer, &key, &flaws);
        }
    }
}
