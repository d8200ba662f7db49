use std::time::Duration;

use super::{Backoff, Budget};

/// How often, how soon and how long to try again.
///
/// ```
/// use std::time::Duration;
///
/// use buckets_tower::retry::{Backoff, Budget, RetryPolicy};
///
/// let policy = RetryPolicy::new()
///     .max_attempts(5)
///     .max_elapsed(Duration::from_secs(30))
///     .backoff(Backoff::exponential(Duration::from_millis(50), Duration::from_secs(5)))
///     .budget(Budget::new(50));
/// ```
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) max_elapsed: Duration,
    pub(crate) backoff: Backoff,
    pub(crate) budget: Option<Budget>,
    pub(crate) seed: Option<u64>,
}

impl RetryPolicy {
    /// Four attempts within a minute, the default [`Backoff`], and a [`Budget`] for each stack.
    pub const fn new() -> Self {
        Self {
            max_attempts: 4,
            max_elapsed: Duration::from_secs(60),
            backoff: Backoff::exponential(Duration::from_millis(100), Duration::from_secs(10)),
            budget: None,
            seed: None,
        }
    }

    /// The most attempts, the first one included; 0 counts as 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// How long after the beginning an attempt may still begin.
    pub const fn max_elapsed(mut self, limit: Duration) -> Self {
        self.max_elapsed = limit;
        self
    }

    /// How long to wait in between.
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Draws on this budget in place of one for each stack: for stacks that lead to the same store.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Makes the waits the same in each run, call for call; else they are random.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
