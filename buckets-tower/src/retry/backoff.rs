use std::time::Duration;

/// How long to wait before another attempt: a random time up to a ceiling that doubles each time.
///
/// That is *full jitter*: callers that failed together do not come back together.
///
/// ```
/// use std::time::Duration;
///
/// use buckets_tower::retry::Backoff;
///
/// let backoff = Backoff::exponential(Duration::from_millis(100), Duration::from_secs(1));
/// let ceilings: Vec<_> = (1..=6).map(|failed| backoff.ceiling(failed).as_millis()).collect();
/// assert_eq!(ceilings, [100, 200, 400, 800, 1000, 1000]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    most: Duration,
}

impl Backoff {
    /// Up to `first` after the first failure, twice as much after each further one, never more than `most`.
    pub const fn exponential(first: Duration, most: Duration) -> Self {
        Self { first, most }
    }

    /// The longest wait after so many failures, of which there is at least one.
    pub fn ceiling(&self, failed: u32) -> Duration {
        let factor = 1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.most)
    }

    /// A wait after so many failures; `random` is in 0 to 1. A store that asked for some time gets
    /// it, and up to the first ceiling on top, lest all come back at that moment.
    pub(super) fn wait(&self, failed: u32, asked_for: Option<Duration>, random: f64) -> Duration {
        match asked_for {
            Some(wait) => wait.saturating_add(self.ceiling(1).mul_f64(random)),
            None => self.ceiling(failed).mul_f64(random),
        }
    }
}
