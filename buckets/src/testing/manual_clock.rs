use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::telemetry::{Clock, Timestamp};

/// A clock that stands still until told to move. Clones are the same clock.
///
/// ```
/// use std::time::Duration;
///
/// use buckets::telemetry::{Clock, Dispatcher};
/// use buckets::testing::ManualClock;
///
/// let clock = ManualClock::new();
/// let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
///
/// let before = dispatcher.now();
/// clock.advance(Duration::from_secs(2));
/// assert_eq!(dispatcher.now().since(before), Duration::from_secs(2));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    beginning: SystemTime,
    nanos: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that stands at zero, the Unix epoch.
    pub fn new() -> Self {
        Self::starting_at(SystemTime::UNIX_EPOCH)
    }

    /// A clock whose date and time begin here.
    pub fn starting_at(beginning: SystemTime) -> Self {
        Self { beginning, nanos: Arc::default() }
    }

    /// Moves the clock on, by at most 584 years in all.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |nanos| Some(nanos.saturating_add(by))).ok();
    }

    /// How far the clock was moved so far.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::SeqCst))
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.nanos.load(Ordering::SeqCst))
    }

    fn system_time(&self) -> SystemTime {
        self.beginning + self.elapsed()
    }
}
