use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What one token is divided into.
const TOKEN: u64 = 1000;

/// How many retries there may be that do not help: once a store fails altogether, trying again only
/// adds to its load.
///
/// It holds so many tokens at first. Each retry takes one. A call that succeeds gives back what it
/// took and a tenth of a token on top, up to the number at first; so does, without the tenth, one
/// that is dropped. What a call took that fails in the end is gone. Clones are the same budget.
///
/// ```
/// use buckets_tower::retry::Budget;
///
/// let budget = Budget::new(10);
/// assert_eq!(budget.available(), 10.0);
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Tokens>);

struct Tokens {
    capacity: u64,
    left: AtomicU64,
}

impl Budget {
    /// Tokens of a budget that nobody has set.
    pub const DEFAULT_TOKENS: u32 = 100;

    /// A budget of so many tokens.
    pub fn new(tokens: u32) -> Self {
        let capacity = u64::from(tokens) * TOKEN;
        Self(Arc::new(Tokens { capacity, left: AtomicU64::new(capacity) }))
    }

    /// How many tokens are left.
    pub fn available(&self) -> f64 {
        self.0.left.load(Ordering::Relaxed) as f64 / TOKEN as f64
    }

    fn take(&self) -> bool {
        let take = |left: u64| left.checked_sub(TOKEN);
        self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn give(&self, amount: u64) {
        // A full budget is what most calls find, and reading shares the cache line where writing would not.
        if amount > 0 && self.0.left.load(Ordering::Relaxed) < self.0.capacity {
            let give = |left: u64| Some(left.saturating_add(amount).min(self.0.capacity));
            self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give).ok();
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::DEFAULT_TOKENS)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("available", &self.available()).finish_non_exhaustive()
    }
}

/// How many tokens one call has taken of a budget.
#[derive(Debug, Default)]
pub(crate) struct Withdrawal(u64);

impl Withdrawal {
    /// Takes a token, if there is one.
    pub(crate) fn take(&mut self, budget: &Budget) -> bool {
        let taken = budget.take();
        self.0 += u64::from(taken);
        taken
    }

    /// The call did well.
    pub(crate) fn reward(&mut self, budget: &Budget) {
        budget.give(std::mem::take(&mut self.0) * TOKEN + TOKEN / 10);
    }

    /// The retries did not help.
    pub(crate) const fn spend(&mut self) {
        self.0 = 0;
    }

    /// The call is not to be known of any more.
    pub(crate) fn give_back(&mut self, budget: &Budget) {
        budget.give(std::mem::take(&mut self.0) * TOKEN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_given_back_unless_it_did_not_help() {
        let budget = Budget::new(2);
        let mut dropped = Withdrawal::default();
        assert!(dropped.take(&budget) && dropped.take(&budget) && !dropped.take(&budget));
        assert_eq!(budget.available(), 0.0);
        dropped.give_back(&budget);
        assert_eq!(budget.available(), 2.0);
        let mut failed = Withdrawal::default();
        failed.take(&budget);
        failed.spend();
        failed.give_back(&budget);
        assert_eq!(budget.available(), 1.0);
    }

    #[test]
    fn successes_fill_it_up_and_no_further() {
        let budget = Budget::new(1);
        let mut spent = Withdrawal::default();
        spent.take(&budget);
        spent.spend();
        for _ in 0..9 {
            Withdrawal::default().reward(&budget);
        }
        assert!(!Withdrawal::default().take(&budget), "nine tenths are no token");
        for _ in 0..9 {
            Withdrawal::default().reward(&budget);
        }
        assert_eq!(budget.available(), 1.0);
    }
}
