use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::budget::Withdrawal;
use super::{Budget, RetryPolicy};

/// What all calls of a stack share.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

struct Inner {
    policy: RetryPolicy,
    budget: Budget,
    random: Mutex<Rng>,
}

impl Shared {
    pub(crate) fn new(policy: &RetryPolicy) -> Self {
        let budget = policy.budget.clone().unwrap_or_default();
        let random = Mutex::new(policy.seed.map_or_else(Rng::new, Rng::with_seed));
        Self(Arc::new(Inner { policy: policy.clone(), budget, random }))
    }

    pub(crate) fn policy(&self) -> &RetryPolicy {
        &self.0.policy
    }

    fn random(&self) -> f64 {
        self.0.random.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

/// The attempts of one call. Dropped before the call's end, it gives back to the budget what it took.
pub(crate) struct Session {
    shared: Shared,
    attempts: u32,
    /// When the call first had to wait: before that no time has passed that matters.
    began: Option<Instant>,
    withdrawal: Withdrawal,
}

/// Why a call is not tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There were enough attempts.
    Attempts,
    /// There is not enough time, by the policy.
    Elapsed,
    /// There is not enough time, by the request.
    Deadline,
    /// There were too many failures of other calls.
    Budget,
}

impl Refusal {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Elapsed => "elapsed",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
        }
    }
}

impl Session {
    pub(crate) fn new(shared: &Shared) -> Self {
        Self { shared: shared.clone(), attempts: 1, began: None, withdrawal: Withdrawal::default() }
    }

    /// How many attempts there were, one under way included.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Takes note that the call waits.
    pub(crate) fn pending(&mut self) {
        self.began.get_or_insert_with(Instant::now);
    }

    /// Begins to count the time anew, as for another call.
    pub(crate) const fn restart_clock(&mut self) {
        self.began = None;
    }

    /// How long to wait before the next attempt, which counts from now on.
    pub(crate) fn retry(
        &mut self,
        asked_for: Option<Duration>,
        deadline: Option<std::time::Instant>,
    ) -> Result<Duration, Refusal> {
        let policy = self.shared.policy();
        if self.attempts >= policy.max_attempts {
            return Err(Refusal::Attempts);
        }
        let wait = policy.backoff.wait(self.attempts, asked_for, self.shared.random());
        let now = Instant::now();
        let elapsed = now - *self.began.get_or_insert(now);
        if elapsed.saturating_add(wait) > policy.max_elapsed {
            return Err(Refusal::Elapsed);
        }
        let left = deadline.map(|at| Instant::from_std(at).saturating_duration_since(now));
        if left.is_some_and(|left| wait >= left) {
            return Err(Refusal::Deadline);
        }
        if !self.withdrawal.take(&self.shared.0.budget) {
            return Err(Refusal::Budget);
        }
        self.attempts += 1;
        Ok(wait)
    }

    /// The call ended as it should.
    pub(crate) fn succeeded(&mut self) {
        self.withdrawal.reward(&self.shared.0.budget);
    }

    /// The call failed in spite of all.
    pub(crate) fn gave_up(&mut self) {
        self.withdrawal.spend();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.withdrawal.give_back(&self.shared.0.budget);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("attempts", &self.attempts).finish_non_exhaustive()
    }
}
