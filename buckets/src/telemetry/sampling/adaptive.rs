use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::draw::{draw, threshold};
use super::rate_limit::{by_event, entry};
use super::{Candidate, Sampler, Sampling};
use crate::telemetry::Timestamp;

/// Keeps about so many operations a second in all, and of rare groups all of them: what there is
/// much of makes room.
///
/// The room of an interval is divided as water fills vessels: a group that needs less than its
/// share leaves the rest to the others, by what each had in the interval before. Within an interval
/// the probability of a group falls as it grows, so a group that nobody expected is bounded, too.
/// The weight is the inverse of the probability at that moment. Time is that of the dispatcher's clock.
///
/// ```
/// use std::time::Duration;
///
/// use buckets::telemetry::Adaptive;
///
/// let sampler = Adaptive::per_second(100.0).interval(Duration::from_secs(30)).seed(1);
/// ```
pub struct Adaptive {
    per_second: f64,
    interval: Duration,
    group: fn(&Candidate<'_>) -> u64,
    seed: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    began: Option<Timestamp>,
    groups: HashMap<u64, Group>,
}

#[derive(Default)]
struct Group {
    /// How many there were in this interval.
    seen: u64,
    /// How many there were in the interval before.
    before: u64,
    /// How many are to be kept in this interval; [`None`] until it is divided.
    room: Option<f64>,
}

impl Adaptive {
    /// Keeps about so many operations a second.
    pub fn per_second(rate: f64) -> Self {
        let per_second = if rate > 0.0 { rate } else { 0.0 };
        let interval = Duration::from_secs(15);
        Self { per_second, interval, group: by_event, seed: 0, state: Mutex::default() }
    }

    /// How long one division of the room holds; 15 seconds unless set.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Groups operations by another number than the name of their events: a small set, and nothing
    /// that users choose. Beyond 1024 groups, all others are one.
    pub fn by(mut self, group: fn(&Candidate<'_>) -> u64) -> Self {
        self.group = group;
        self
    }

    /// Makes other choices than with another seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The room of an interval, in operations.
    fn room(&self) -> f64 {
        self.per_second * self.interval.as_secs_f64()
    }
}

impl Sampler for Adaptive {
    fn sample(&self, candidate: &Candidate<'_>) -> Sampling {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn(candidate.now(), self.interval, self.room());
        let share = self.room() / (state.groups.len() + 1) as f64;
        let group = entry(&mut state.groups, (self.group)(candidate));
        group.seen += 1;
        let expected = group.seen.max(group.before) as f64;
        let probability = (group.room.unwrap_or(share) / expected).min(1.0);
        drop(state);
        if probability <= 0.0 || draw(self.seed, candidate.id()) < threshold(probability) {
            return Sampling::DROPPED;
        }
        Sampling::kept(1.0 / probability)
    }
}

impl State {
    /// Begins a new interval if this one is over.
    fn turn(&mut self, now: Timestamp, interval: Duration, room: f64) {
        let elapsed = now.since(*self.began.get_or_insert(now));
        if elapsed < interval {
            return;
        }
        self.began = Some(now);
        // After a longer silence, what was before tells nothing.
        let is_recent = elapsed < interval * 2;
        self.groups.retain(|_, group| {
            group.before = if is_recent { std::mem::take(&mut group.seen) } else { 0 };
            group.before > 0
        });
        self.divide(room);
    }

    /// Gives each group its share of `room`, the smallest first.
    fn divide(&mut self, mut room: f64) {
        let mut groups: Vec<_> = self.groups.values_mut().collect();
        groups.sort_unstable_by_key(|group| group.before);
        let count = groups.len();
        for (position, group) in groups.into_iter().enumerate() {
            let share = room / (count - position) as f64;
            group.room = Some(share);
            room -= share.min(group.before as f64);
        }
    }
}

impl fmt::Debug for Adaptive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adaptive").field("per_second", &self.per_second).finish_non_exhaustive()
    }
}
