use std::sync::atomic::{AtomicU64, Ordering};

use super::{Item, Rate, Usd};

/// A quantity that grows, and what it costs.
#[derive(Debug)]
pub(super) struct Metered {
    quantity: AtomicU64,
    rate: Rate,
}

impl Metered {
    pub(super) const fn new(rate: Rate) -> Self {
        Self { quantity: AtomicU64::new(0), rate }
    }

    /// Adds to it; gives back by how much the cost of all has grown. So the parts that threads are given
    /// add up to the cost of the whole, though each is rounded.
    pub(super) fn add(&self, quantity: u64) -> Usd {
        let add = |before: u64| Some(before.saturating_add(quantity));
        match self.quantity.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(before) | Err(before) => {
                self.rate.cost(before.saturating_add(quantity)).saturating_sub(self.rate.cost(before))
            }
        }
    }

    pub(super) const fn rate(&self) -> Rate {
        self.rate
    }

    pub(super) fn read(&self) -> Item {
        let quantity = self.quantity.load(Ordering::Relaxed);
        Item { quantity, cost: self.rate.cost(quantity) }
    }
}
