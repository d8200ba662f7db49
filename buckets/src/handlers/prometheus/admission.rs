//! How many series there may be.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::handlers::by_tags::Labels;
use crate::handlers::metric::Metric;
use crate::telemetry::catalogue::MetricKind;

/// Keeps the number of series within a limit: the first come are the first served.
pub(super) struct Admission {
    limit: usize,
    /// The part of it for series whose labels events tell, so that a label that was no good idea does not
    /// take the room of new clouds.
    labelled_limit: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    series: usize,
    labelled: usize,
    /// By the metric's position. Several rows may have parts of the same series.
    admitted: HashSet<(usize, Labels)>,
}

impl Admission {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, labelled_limit: limit / 2, taken: Mutex::default() }
    }

    /// Without limit, but for series whose labels events tell, of which there are none.
    pub(super) fn unlimited() -> Self {
        Self { limit: usize::MAX, labelled_limit: 0, taken: Mutex::default() }
    }

    /// Whether there is room for a series whose labels an event tells, which is taken then.
    pub(super) fn admit_labelled(&self, metric: usize, cost: usize, labels: &Labels) -> bool {
        if self.taken().labelled + cost > self.labelled_limit || !self.admit(metric, cost, labels) {
            return false;
        }
        self.taken().labelled += cost;
        true
    }

    /// Whether there is room for this one, which is taken then.
    pub(super) fn admit(&self, metric: usize, cost: usize, labels: &Labels) -> bool {
        self.admit_all(&[(metric, cost, labels)])
    }

    /// Whether there is room for all of these, which is taken then; if not, none of it is.
    pub(super) fn admit_all(&self, wanted: &[(usize, usize, &Labels)]) -> bool {
        let mut taken = self.taken();
        let is_new = |(metric, _, labels): &&(usize, usize, &Labels)| {
            // Not worth a borrowed key type: this runs once per series.
            !taken.admitted.contains(&(*metric, Labels::clone(labels)))
        };
        let new: Vec<_> = wanted.iter().filter(is_new).collect();
        let cost: usize = new.iter().map(|(_, cost, _)| cost).sum();
        if taken.series + cost > self.limit {
            return false;
        }
        taken.series += cost;
        taken.admitted.extend(new.into_iter().map(|(metric, _, labels)| (*metric, Labels::clone(labels))));
        true
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many time series Prometheus makes of one of ours.
pub(super) fn cost(metric: &Metric) -> usize {
    match metric.definition.kind {
        // The buckets, the last one without bound, sum and count.
        MetricKind::Distribution => metric.bounds.len() + 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(cloud: &str) -> Labels {
        Box::new([("cloud", cloud.into())])
    }

    #[test]
    fn admits_up_to_the_limit_and_each_series_once() {
        let admission = Admission::new(10);
        assert!(admission.admit(0, 6, &labels("a")));
        assert!(admission.admit(0, 6, &labels("a")), "the same series again costs nothing");
        assert!(!admission.admit(0, 6, &labels("b")));
        assert!(!admission.admit_all(&[(1, 3, &labels("a")), (1, 3, &labels("b"))]));
        assert!(admission.admit(1, 4, &labels("a")), "nothing was taken for what was refused");
        assert!(!admission.admit(1, 1, &labels("c")));
    }

    #[test]
    fn labels_that_events_tell_get_half_of_the_room() {
        let admission = Admission::new(10);
        assert!(admission.admit_labelled(0, 3, &labels("a")));
        assert!(!admission.admit_labelled(0, 3, &labels("b")));
        assert!(admission.admit(1, 7, &labels("a")));
        assert!(!Admission::unlimited().admit_labelled(0, 1, &labels("a")));
    }
}
