//! How often something may be told.

use std::time::Duration;

use crate::telemetry::Timestamp;

/// So many at once, and one more each interval.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    burst: u32,
    interval: Duration,
}

impl Rate {
    pub(super) fn new(burst: u32, per_minute: u32) -> Self {
        // A rate of zero never gets another one: in a hundred years, as good as never.
        let never = Duration::from_secs(100 * 365 * 24 * 3600);
        Self { burst: burst.max(1), interval: Duration::from_secs(60).checked_div(per_minute).unwrap_or(never) }
    }
}

/// When all that passed is paid for, at one per interval (the generic cell rate algorithm).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meter {
    paid: Duration,
}

impl Meter {
    /// The meter with one more on it, if the burst has room for it.
    pub(super) fn charged(self, rate: Rate, now: Timestamp) -> Option<Self> {
        let now = Duration::from_nanos(now.as_nanos());
        let paid = self.paid.max(now);
        let ahead = paid.saturating_sub(now);
        (ahead <= rate.interval.saturating_mul(rate.burst - 1))
            .then(|| Self { paid: paid.saturating_add(rate.interval) })
    }
}
