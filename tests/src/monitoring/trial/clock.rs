use std::time::{Duration, SystemTime, UNIX_EPOCH};

use buckets::telemetry::{Clock, Timestamp};
use tokio::time::Instant;

const DAY: Duration = Duration::from_secs(86_400);

/// The time of a runtime whose clock is stopped. It begins at noon some days ago, so that all that happens in a
/// round happens on one day (UTC), and none of it in the future.
#[derive(Clone, Debug)]
pub(super) struct Stopped {
    beginning: Instant,
    noon: SystemTime,
}

impl Stopped {
    /// Now, for the runtime that this is called in.
    pub(super) fn new() -> Self {
        let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / DAY.as_secs();
        let days = u32::try_from(today).unwrap_or(u32::MAX).saturating_sub(6);
        Self { beginning: Instant::now(), noon: UNIX_EPOCH + DAY * days + DAY / 2 }
    }

    /// Waits for the same time of the next day.
    pub(super) async fn next_day() {
        tokio::time::sleep(DAY).await;
    }
}

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(u64::try_from(self.beginning.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn system_time(&self) -> SystemTime {
        self.noon + self.beginning.elapsed()
    }
}
