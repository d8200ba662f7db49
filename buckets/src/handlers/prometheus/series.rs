//! What a series is called and what it says.

/// The names and values of a series' labels, in the order of the metric's tags.
pub(super) type Labels = Box<[(&'static str, Box<str>)]>;

/// What a series says at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sample {
    Count(u64),
    Gauge(i64),
    Distribution {
        /// How many values each bucket has; the last one is that without bound.
        buckets: Vec<u64>,
        /// In whole nanoseconds or bytes.
        sum: u64,
    },
}

impl Sample {
    /// Adds what another row has of the same series.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Count(this), Self::Count(other)) => *this = this.wrapping_add(other),
            (Self::Gauge(this), Self::Gauge(other)) => *this += other,
            (Self::Distribution { buckets, sum }, Self::Distribution { buckets: others, sum: other }) => {
                buckets.iter_mut().zip(others).for_each(|(this, other)| *this += other);
                *sum = sum.wrapping_add(other);
            }
            _ => unreachable!("a metric is of one kind"),
        }
    }
}
