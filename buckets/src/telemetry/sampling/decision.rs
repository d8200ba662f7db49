use std::fmt;
use std::time::Duration;

use crate::telemetry::Outcome;

/// What sampled sinks do with an operation: decided when it begins, and the same for all its events
/// and for every operation that is part of it.
///
/// Logs, traces, error trackers and timings of StatsD leave out what was dropped. Counters and
/// histograms never ask, so that they stay exact. An operation that fails, is cancelled, or takes
/// longer than [`slow_after`](Self::slow_after) is told to all of them at its end, whatever was decided.
///
/// ```
/// use buckets::telemetry::Sampling;
///
/// assert_eq!(Sampling::kept(10.0).weight(), Some(10.0));
/// assert_eq!(Sampling::DROPPED.weight(), None);
/// assert_eq!(Sampling::UNDECIDED.weight(), Some(1.0));
/// ```
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Sampling {
    decision: Decision,
    /// In milliseconds; zero for never.
    slow_after: u32,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Decision {
    #[default]
    Undecided,
    Kept(f32),
    Dropped,
}

impl Sampling {
    /// Nobody has decided yet: everything is told.
    pub const UNDECIDED: Self = Self { decision: Decision::Undecided, slow_after: 0 };
    /// Left out of sampled sinks.
    pub const DROPPED: Self = Self { decision: Decision::Dropped, slow_after: 0 };

    /// Told to sampled sinks, where it stands for `weight` operations: 1 and more. A weight that is
    /// none counts as 1.
    pub const fn kept(weight: f64) -> Self {
        let weight = if weight >= 1.0 { weight as f32 } else { 1.0 };
        Self { decision: Decision::Kept(weight), slow_after: 0 }
    }

    /// Has an operation told at its end if it took at least so long, to the millisecond.
    pub const fn slow_after(mut self, duration: Duration) -> Self {
        let millis = duration.as_millis();
        self.slow_after = match millis {
            0 => 1,
            _ if millis > u32::MAX as u128 => u32::MAX,
            _ => millis as u32,
        };
        self
    }

    /// With the earlier of both limits beyond which an operation is slow.
    pub(super) const fn slow_as(mut self, other: Self) -> Self {
        if self.slow_after == 0 || (other.slow_after > 0 && other.slow_after < self.slow_after) {
            self.slow_after = other.slow_after;
        }
        self
    }

    /// Whether somebody has decided.
    pub const fn is_decided(self) -> bool {
        !matches!(self.decision, Decision::Undecided)
    }

    /// How many operations one stands for that is told of; [`None`] for one that is left out.
    pub const fn weight(self) -> Option<f64> {
        match self.decision {
            Decision::Undecided => Some(1.0),
            Decision::Kept(weight) => Some(weight as f64),
            Decision::Dropped => None,
        }
    }

    /// This decision, or `other` if there is none yet.
    pub const fn or(self, other: Self) -> Self {
        if self.is_decided() { self } else { other }
    }

    /// The [`weight`](Self::weight) once it is known how the operation ended. What is always told of
    /// stands for itself alone.
    pub(crate) fn weight_at_end(self, outcome: Outcome, duration: Duration) -> Option<f64> {
        if outcome.is_failure() || outcome == Outcome::Cancelled || self.is_slow(duration) {
            return Some(1.0);
        }
        self.weight()
    }

    fn is_slow(self, duration: Duration) -> bool {
        self.slow_after > 0 && duration.as_millis() >= self.slow_after.into()
    }
}

impl fmt::Debug for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decision {
            Decision::Undecided => f.write_str("Undecided"),
            Decision::Kept(weight) => f.debug_tuple("Kept").field(&weight).finish(),
            Decision::Dropped => f.write_str("Dropped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn failed_cancelled_and_slow_operations_are_told_whatever_was_decided() {
        let dropped = Sampling::DROPPED.slow_after(Duration::from_secs(2));
        let quick = Duration::from_millis(1999);
        assert_eq!(dropped.weight_at_end(Outcome::Success, quick), None);
        assert_eq!(dropped.weight_at_end(Outcome::Expected(ErrorKind::NotFound), quick), None);
        for outcome in [Outcome::Error(ErrorKind::Timeout), Outcome::Panic, Outcome::Cancelled] {
            assert_eq!(dropped.weight_at_end(outcome, quick), Some(1.0));
            assert_eq!(Sampling::kept(8.0).weight_at_end(outcome, quick), Some(1.0), "all of them are told");
        }
        assert_eq!(dropped.weight_at_end(Outcome::Success, Duration::from_secs(2)), Some(1.0));
        assert_eq!(Sampling::DROPPED.weight_at_end(Outcome::Success, Duration::MAX), None);
        assert_eq!(Sampling::kept(8.0).weight_at_end(Outcome::Success, Duration::MAX), Some(8.0));
    }

    #[test]
    fn odd_weights_are_no_weights() {
        for weight in [f64::NAN, -1.0, 0.0, 0.5] {
            assert_eq!(Sampling::kept(weight).weight(), Some(1.0));
        }
    }
}
