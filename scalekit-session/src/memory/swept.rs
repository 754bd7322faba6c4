//! [`SweptMap`]: a map of limited size whose entries expire.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::clock::Timestamp;

/// A map of limited size. Each entry is kept until a time of its own. Expired entries are removed from time to time,
/// so a look-up may still find one. When the map is full, the entries that expire soonest are removed first.
#[derive(Debug)]
pub(super) struct SweptMap<K, V> {
    entries: HashMap<K, Entry<V>>,
    capacity: usize,
    every: Duration,
    swept_at: Timestamp,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    until: Timestamp,
}

impl<K: Eq + Hash, V> SweptMap<K, V> {
    /// A map of at most `capacity` entries. Expired entries are removed at most once in `every`, unless the map is
    /// full.
    pub(super) fn new(capacity: usize, every: Duration) -> Self {
        Self { entries: HashMap::new(), capacity, every, swept_at: Timestamp::EPOCH }
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// Inserts or replaces a value. A replaced entry is kept until the later of its old and its new time.
    pub(super) fn insert(&mut self, key: K, value: V, until: Timestamp, now: Timestamp) {
        self.sweep(now);
        let entry = self.entries.entry(key);
        let until = match &entry {
            std::collections::hash_map::Entry::Occupied(old) => old.get().until.max(until),
            std::collections::hash_map::Entry::Vacant(_) => until,
        };
        entry.insert_entry(Entry { value, until });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Removes expired entries, when the map is full or this was not done for a while. When the map is still full,
    /// removes the tenth of the entries that expires soonest.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        let full = self.entries.len() >= self.capacity;
        let lately = now >= self.swept_at && now.since(self.swept_at) < self.every;
        if lately && !full {
            return;
        }
        self.swept_at = now;
        self.entries.retain(|_, entry| now < entry.until);
        if self.entries.len() >= self.capacity {
            let mut ends: Vec<_> = self.entries.values().map(|entry| entry.until).collect();
            let tenth = ends.len() / 10;
            let (_, cut, _) = ends.select_nth_unstable(tenth);
            let cut = *cut;
            self.entries.retain(|_, entry| entry.until > cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_over_is_swept_out_and_the_longest_stay_when_there_is_no_room() {
        let mut map = SweptMap::new(50, 60 * SECOND);
        map.insert(0, "over", NOW + SECOND, NOW);
        map.insert(1, "stays", NOW + 900 * SECOND, NOW + 2 * SECOND);
        assert_eq!(map.get(&0), Some(&"over"), "expired, but not removed yet");
        map.sweep(NOW + 61 * SECOND);
        assert_eq!((map.get(&0), map.get(&1)), (None, Some(&"stays")));
        for number in 2..200 {
            map.insert(number, "many", NOW + (1000 + number) * SECOND, NOW + 62 * SECOND);
        }
        assert!(map.len() <= 50);
        assert_eq!(map.get(&199), Some(&"many"));
        assert_eq!(map.get(&1), None);
    }

    #[test]
    fn an_entry_is_kept_until_the_later_of_its_times_and_a_clock_set_back_sweeps() {
        let mut map = SweptMap::new(50, 60 * SECOND);
        map.insert(0, 1, NOW + 500 * SECOND, NOW);
        map.insert(0, 2, NOW + 100 * SECOND, NOW);
        map.sweep(NOW + 200 * SECOND);
        assert_eq!(map.get(&0), Some(&2));
        map.insert(1, 3, NOW - 99 * SECOND, NOW + 200 * SECOND);
        map.sweep(NOW - 98 * SECOND);
        assert_eq!(map.get(&1), None);
    }
}
