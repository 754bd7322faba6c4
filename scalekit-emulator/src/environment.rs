use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use crate::calls::CallLog;
use crate::clock::{Clock, millis};
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
    /// Milliseconds by which the time is ahead of the clock.
    ahead: AtomicU64,
    world: Mutex<World>,
    keys: RwLock<KeyRing>,
}

impl Environment {
    pub(crate) fn new(
        scheme: &str,
        port: u16,
        clock: Arc<dyn Clock>,
        world: World,
        keys: KeyRing,
        courier: Courier,
    ) -> Self {
        Self {
            issuer: format!("{scheme}://localhost:{port}"),
            // All ports of localhost share one cookie jar.
            cookie: format!("scalekit_emulator_{port}"),
            calls: CallLog::default(),
            faults: Arc::default(),
            courier,
            clock,
            ahead: AtomicU64::new(0),
            world: Mutex::new(world),
            keys: RwLock::new(keys),
        }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now().saturating_add(self.ahead.load(Ordering::SeqCst))
    }

    pub(crate) fn advance_clock(&self, by: Duration) {
        self.ahead.fetch_add(millis(by), Ordering::SeqCst);
    }

    pub(crate) fn turn_clock_back(&self) {
        self.ahead.store(0, Ordering::SeqCst);
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
