//! What a series is called and what it says.

/// The names and values of a series' labels, in the order of the metric's tags.
pub(super) type Labels = Box<[(&'static str, Box<str>)]>;

/// What a series says at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sample {
    Sum(Sum),
    Gauge(i64),
    Last {
        when: u64,
        value: f64,
    },
    Distribution {
        /// How many values each bucket has; the last one is that without bound.
        buckets: Vec<u64>,
        sum: Sum,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sum {
    /// In whole nanoseconds or bytes, or how many.
    Whole(u64),
    /// Of measurements that need not be whole.
    Real(f64),
}

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
