use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::alert::Alert;
use super::{Monitor, Performance};

/// What a [`Performance`] monitor looks at and when it speaks up; made by [`Performance::builder`].
#[derive(Clone)]
#[must_use = "nothing is monitored until it is built and attached"]
pub struct PerformanceBuilder(Settings);

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) selectors: Vec<String>,
    pub(super) window: Duration,
    slow_after: Duration,
    slow_after_by_operation: Vec<(String, Duration)>,
    slowest_transfer: Option<u64>,
    pub(super) overdue_after: Duration,
    pub(super) degraded_factor: f64,
    pub(super) fewest_for_trend: u64,
    pub(super) baseline: Duration,
    pub(super) quiet_period: Duration,
    pub(super) most_series: usize,
    pub(super) on_alert: Arc<dyn Fn(&Alert) + Send + Sync>,
}

impl PerformanceBuilder {
    /// Looks at other events: names or beginnings of names without stage. `buckets.adapter` unless set.
    pub fn select<S: Into<String>>(mut self, selectors: impl IntoIterator<Item = S>) -> Self {
        self.0.selectors = selectors.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how far back percentiles look; 60 seconds unless set. Kept in six parts, so that what is
    /// older goes in steps of a sixth.
    pub fn window(mut self, length: Duration) -> Self {
        self.0.window = length;
        self
    }

    /// Calls an operation slow that took longer than this; 5 seconds unless set.
    pub fn slow_after(mut self, limit: Duration) -> Self {
        self.0.slow_after = limit;
        self
    }

    /// The same for one operation, such as `get`.
    pub fn slow_after_for(mut self, operation: impl Into<String>, limit: Duration) -> Self {
        self.0.slow_after_by_operation.push((operation.into(), limit));
        self
    }

    /// Grants an operation that moved content the time for it at so many bytes per second, on top of
    /// what it may take anyway; none unless set.
    pub fn slowest_transfer(mut self, bytes_per_second: u64) -> Self {
        self.0.slowest_transfer = Some(bytes_per_second.max(1));
        self
    }

    /// Calls an operation overdue that has begun so long ago and not ended; 60 seconds unless set.
    pub fn overdue_after(mut self, limit: Duration) -> Self {
        self.0.overdue_after = limit;
        self
    }

    /// Calls operations degraded whose 95th percentile in the window is so many times the usual one,
    /// if the window has at least `fewest` of them; 3 times and 20 unless set. A factor below 1 counts as 1.
    pub fn degraded(mut self, factor: f64, fewest: u64) -> Self {
        self.0.degraded_factor = if factor >= 1.0 { factor } else { 1.0 };
        self.0.fewest_for_trend = fewest;
        self
    }

    /// Sets how slowly the usual follows what is: in so long by two thirds. One hour unless set.
    pub fn baseline(mut self, time_constant: Duration) -> Self {
        self.0.baseline = time_constant;
        self
    }

    /// Tells of one slow operation of a kind in so long, and of how many others there were; 60 seconds unless set.
    pub fn quiet_period(mut self, length: Duration) -> Self {
        self.0.quiet_period = length;
        self
    }

    /// Keeps at most so many kinds of operations apart, the others together as `other`; 64 unless set.
    /// A kind takes about 110 KiB, and as much again once an operation of it has failed.
    pub fn most_series(mut self, most: usize) -> Self {
        self.0.most_series = most;
        self
    }

    /// Calls `tell` with each alert: for slow operations in the thread where the operation ended, so
    /// it must be quick. Does nothing unless set.
    pub fn on_alert(mut self, tell: impl Fn(&Alert) + Send + Sync + 'static) -> Self {
        self.0.on_alert = Arc::new(tell);
        self
    }

    /// The monitor, still to be attached.
    pub fn build(self) -> Performance {
        Performance(Arc::new(Monitor::new(self.0)))
    }
}

impl Settings {
    pub(super) fn slow_after(&self, operation: &str, bytes: u64) -> Duration {
        let own = self.slow_after_by_operation.iter().rev().find(|(name, _)| name == operation);
        let base = own.map_or(self.slow_after, |(_, limit)| *limit);
        match self.slowest_transfer {
            Some(rate) => base.saturating_add(Duration::from_secs_f64(bytes as f64 / rate as f64)),
            None => base,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            selectors: vec!["buckets.adapter".into()],
            window: Duration::from_secs(60),
            slow_after: Duration::from_secs(5),
            slow_after_by_operation: Vec::new(),
            slowest_transfer: None,
            overdue_after: Duration::from_secs(60),
            degraded_factor: 3.0,
            fewest_for_trend: 20,
            baseline: Duration::from_secs(60 * 60),
            quiet_period: Duration::from_secs(60),
            most_series: 64,
            on_alert: Arc::new(|_| {}),
        }
    }
}

impl PerformanceBuilder {
    pub(super) fn new() -> Self {
        Self(Settings::default())
    }
}

impl fmt::Debug for PerformanceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerformanceBuilder").field("selectors", &self.0.selectors).finish_non_exhaustive()
    }
}
