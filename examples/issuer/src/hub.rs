//! Wakes those who wait for news of an account.
//!
//! A wake says only "look again". What is new is read from the database, so that nothing is lost between two looks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tallystick::keys::{AccountId, IssuerId};
use tokio::sync::watch;

type Place = (IssuerId, AccountId);

/// All who wait.
#[derive(Default)]
pub(crate) struct Hub {
    channels: Mutex<HashMap<Place, watch::Sender<()>>>,
}

/// One who waits.
pub(crate) struct Watcher {
    hub: Arc<Hub>,
    place: Place,
    /// Changes whenever it is worth looking again.
    pub wakes: watch::Receiver<()>,
}

impl Hub {
    /// Watches an account, unless `most_here` watch it already, or `most` the whole host.
    pub fn watch(self: &Arc<Self>, place: Place, most_here: u32, most: u32) -> Option<Watcher> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = channels.values().map(watch::Sender::receiver_count).sum();
        let here = channels.get(&place).map_or(0, watch::Sender::receiver_count);
        if all >= most as usize || here >= most_here as usize {
            return None;
        }
        let wakes = channels.entry(place).or_insert_with(|| watch::Sender::new(())).subscribe();
        Some(Watcher { hub: Arc::clone(self), place, wakes })
    }

    /// Wakes those who watch these accounts.
    pub fn wake(&self, places: &[Place]) {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        for channel in places.iter().filter_map(|place| channels.get(place)) {
            channel.send_replace(());
        }
    }

    /// How many watch.
    pub fn watchers(&self) -> usize {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.values().map(watch::Sender::receiver_count).sum()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut channels = self.hub.channels.lock().unwrap_or_else(PoisonError::into_inner);
        // This watcher's own receiver still counts.
        if channels.get(&self.place).is_some_and(|channel| channel.receiver_count() <= 1) {
            channels.remove(&self.place);
        }
    }
}
