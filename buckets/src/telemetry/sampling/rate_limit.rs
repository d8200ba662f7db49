use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Candidate, Sampler, Sampling};

/// The most groups that have a rate of their own; others share one.
const MOST_GROUPS: usize = 1024;

/// Keeps so many operations a second of each group, the first ones first.
///
/// What is kept stands for itself and for those left out since the last one that was kept, so that
/// the weights of a group add up to how many there were. Time is that of the dispatcher's clock.
///
/// ```
/// use buckets::telemetry::{Candidate, RateLimit};
///
/// let by_event = RateLimit::per_second(10.0).burst(20);
/// let by_cloud = RateLimit::per_second(100.0).by(|candidate: &Candidate<'_>| candidate.scope().cloud().len() as u64);
/// ```
pub struct RateLimit {
    /// Nanoseconds between two.
    interval: f64,
    burst: u32,
    group: fn(&Candidate<'_>) -> u64,
    groups: Mutex<HashMap<u64, Bucket>>,
}

#[derive(Default)]
struct Bucket {
    /// When the bucket is full again, in nanoseconds of the clock.
    full_at: f64,
    left_out: u64,
}

impl RateLimit {
    /// So many a second of each kind of event, and as many at once. Nothing is kept of a rate that is not above 0.
    pub fn per_second(rate: f64) -> Self {
        let interval = if rate > 0.0 { 1e9 / rate } else { f64::INFINITY };
        Self { interval, burst: (rate.ceil() as u32).max(1), group: by_event, groups: Mutex::default() }
    }

    /// How many may come at once; at least 1.
    pub fn burst(mut self, burst: u32) -> Self {
        self.burst = burst.max(1);
        self
    }

    /// Groups operations by another number: a small set, and nothing that users choose. Beyond 1024
    /// groups, all others are one.
    pub fn by(mut self, group: fn(&Candidate<'_>) -> u64) -> Self {
        self.group = group;
        self
    }
}

/// Operations of one name are a group.
pub(super) fn by_event(candidate: &Candidate<'_>) -> u64 {
    candidate.name().id() as u64
}

/// The entry of `group`, or the one that is shared by all for which there is no room.
pub(super) fn entry<T: Default>(groups: &mut HashMap<u64, T>, group: u64) -> &mut T {
    let is_full = groups.len() >= MOST_GROUPS && !groups.contains_key(&group);
    groups.entry(if is_full { u64::MAX } else { group }).or_default()
}

impl Sampler for RateLimit {
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling {
        let now = candidate.now().as_nanos() as f64;
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = entry(&mut groups, (self.group)(candidate));
        let full_at = bucket.full_at.max(now) + self.interval;
        if full_at - now > self.interval * f64::from(self.burst) || full_at.is_infinite() {
            bucket.left_out += 1;
            return Sampling::DROPPED;
        }
        bucket.full_at = full_at;
        Sampling::kept((1 + std::mem::take(&mut bucket.left_out)) as f64)
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit").field("burst", &self.burst).finish_non_exhaustive()
    }
}
