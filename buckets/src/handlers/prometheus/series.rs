//! What rows have of one and the same series, put together.

use crate::handlers::metric::{Sample, Sum};

impl Sample {
    pub(super) const fn count(count: u64) -> Self {
        Self::Sum(Sum::Whole(count))
    }

    /// Adds what another row has of the same series.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Sum(this), Self::Sum(other)) => this.add(other),
            (Self::Gauge(this), Self::Gauge(other)) => *this += other,
            (Self::Last { when, value }, Self::Last { when: other_when, value: other }) => {
                if other_when > *when {
                    (*when, *value) = (other_when, other);
                }
            }
            (Self::Distribution { buckets, sum }, Self::Distribution { buckets: others, sum: other }) => {
                buckets.iter_mut().zip(others).for_each(|(this, other)| *this += other);
                sum.add(other);
            }
            _ => unreachable!("a metric is of one kind"),
        }
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        match (self, other) {
            (Self::Whole(this), Self::Whole(other)) => *this = this.wrapping_add(other),
            (Self::Real(this), Self::Real(other)) => *this += other,
            _ => unreachable!("a metric's sums are all of one kind"),
        }
    }
}
