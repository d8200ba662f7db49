//! A metric's definition, made ready for recording.

use crate::handlers::cells::{Cells, Part};
use crate::telemetry::catalogue::{Bounds, EventDefinition, MetricDefinition, MetricKind, Tag, Unit};
use crate::telemetry::{Event, EventName, Number, Selector, Stage};

const NANOS_PER_SECOND: f64 = 1e9;

pub(super) struct Metric {
    pub(super) definition: MetricDefinition,
    selectors: Vec<Selector>,
    /// The bounds of a distribution in whole nanoseconds or bytes, so that sums are exact.
    whole_bounds: Vec<u64>,
    /// The same in the metric's unit.
    pub(super) bounds: Vec<f64>,
    /// Whether a distribution is to be kept as a native histogram, too, where the reporter knows of such.
    #[cfg(feature = "prometheus")]
    pub(super) is_native: bool,
    /// Whether numbers are kept as the bits of floats: where there is no unit that has a smallest part.
    is_real: bool,
}

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

impl Metric {
    pub(super) fn new(definition: &MetricDefinition, durations: &Bounds) -> Self {
        let bounds = definition.bounds_or(durations);
        let scale = match definition.unit {
            Unit::Seconds => NANOS_PER_SECOND,
            Unit::Bytes | Unit::Count => 1.0,
        };
        let is_real = match definition.kind {
            MetricKind::LastValue => true,
            MetricKind::Sum | MetricKind::Distribution => definition.unit == Unit::Count,
            MetricKind::Counter | MetricKind::InFlight => false,
        };
        Self {
            definition: *definition,
            selectors: definition.selectors.iter().filter_map(|text| Selector::parse(text)).collect(),
            whole_bounds: bounds.iter().map(|bound| (bound * scale).round() as u64).collect(),
            bounds: bounds.to_vec(),
            #[cfg(feature = "prometheus")]
            is_native: false,
            is_real,
        }
    }

    /// Whether `stage` of `name` may have something for this metric.
    pub(super) fn wants(&self, name: &EventName, stage: Stage) -> bool {
        let is_measured = |event: &EventDefinition| match self.definition.measurement {
            None | Some("system_time") => true,
            Some(measurement) => event.measurements.contains(&measurement),
        };
        let has_direction = || EventDefinition::find(name).is_some_and(|event| event.direction.is_some());
        self.selectors.iter().any(|selector| selector.matches(name.as_str(), stage))
            && EventDefinition::find(name).is_none_or(is_measured)
            && (!self.definition.tags.contains(&Tag::Direction) || has_direction())
    }

    /// To be kept as a native histogram, too.
    #[cfg(feature = "prometheus")]
    pub(super) fn native(self) -> Self {
        Self { is_native: true, ..self }
    }

    /// Whether what is measured is whole nanoseconds, bytes or counts.
    #[cfg(feature = "prometheus")]
    pub(super) fn is_whole(&self) -> bool {
        !self.is_real
    }

    /// How many numbers a series is kept in.
    pub(super) fn words(&self) -> usize {
        match self.definition.kind {
            MetricKind::Counter | MetricKind::Sum => 1,
            // Begun and ended; the difference is what is in flight.
            MetricKind::InFlight => 2,
            // When and what.
            MetricKind::LastValue => 2,
            // The buckets, the last one without bound, and the sum; the count is that of the buckets.
            MetricKind::Distribution => self.bounds.len() + 2,
        }
    }

    /// What `event` measures, in whole nanoseconds or bytes, or as the bits of a float.
    #[inline]
    pub(super) fn measure(&self, event: &Event<'_>) -> Option<u64> {
        let number = self.definition.measure(event)?;
        // Going from float to integer saturates, so nothing wraps or is negative.
        Some(match (number, self.definition.unit) {
            (number, _) if self.is_real => number.as_f64().to_bits(),
            (Number::Duration(duration), Unit::Seconds) => u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            (number, Unit::Seconds) => (number.as_f64() * NANOS_PER_SECOND) as u64,
            (Number::U64(number), _) => number,
            (number, _) => number.as_f64() as u64,
        })
    }

    /// Adds what `event` [measures](Self::measure) to the series that begins at `word`.
    #[inline]
    pub(super) fn add(&self, part: Part<'_>, word: usize, value: u64, event: &Event<'_>) {
        match self.definition.kind {
            MetricKind::Sum if self.is_real => part.add_real(word, f64::from_bits(value)),
            MetricKind::Counter | MetricKind::Sum => part.add(word, value),
            MetricKind::InFlight => part.add(word + usize::from(event.stage() != Stage::Start), 1),
            MetricKind::LastValue => part.set_latest(word, event.happened().as_nanos().max(1), value),
            MetricKind::Distribution => {
                part.add(word + self.bucket(value), 1);
                let sum = word + self.bounds.len() + 1;
                if self.is_real { part.add_real(sum, f64::from_bits(value)) } else { part.add(sum, value) }
            }
        }
    }

    /// The position of the bucket that a measured value belongs to.
    #[inline]
    pub(super) fn bucket(&self, value: u64) -> usize {
        let bucket = if self.is_real {
            self.bounds.iter().position(|bound| f64::from_bits(value) <= *bound)
        } else {
            self.whole_bounds.iter().position(|bound| value <= *bound)
        };
        bucket.unwrap_or(self.bounds.len())
    }

    /// What the series that begins at `word` says; [`None`] for a last value that never was.
    pub(super) fn sample(&self, cells: &Cells, word: usize) -> Option<Sample> {
        Some(match self.definition.kind {
            MetricKind::Counter | MetricKind::Sum => Sample::Sum(self.sum(cells, word)),
            MetricKind::InFlight => {
                // Ends first: what begins in between only makes the difference larger, never negative.
                let ended = cells.sum(word + 1);
                Sample::Gauge(cells.sum(word).wrapping_sub(ended) as i64)
            }
            MetricKind::LastValue => {
                let (when, value) = cells.latest(word)?;
                Sample::Last { when, value: f64::from_bits(value) }
            }
            MetricKind::Distribution => {
                let last = self.bounds.len();
                Sample::Distribution {
                    buckets: (0..=last).map(|bucket| cells.sum(word + bucket)).collect(),
                    sum: self.sum(cells, word + last + 1),
                }
            }
        })
    }

    /// What was [measured](Self::measure), as a number.
    pub(super) fn number(&self, value: u64) -> Sum {
        if self.is_real { Sum::Real(f64::from_bits(value)) } else { Sum::Whole(value) }
    }

    fn sum(&self, cells: &Cells, word: usize) -> Sum {
        if self.is_real { Sum::Real(cells.real_sum(word)) } else { Sum::Whole(cells.sum(word)) }
    }

    /// A sum in the metric's unit.
    pub(super) fn in_unit(&self, sum: Sum) -> f64 {
        match (sum, self.definition.unit) {
            (Sum::Real(sum), _) => sum,
            (Sum::Whole(sum), Unit::Seconds) => sum as f64 / NANOS_PER_SECOND,
            (Sum::Whole(sum), Unit::Bytes | Unit::Count) => sum as f64,
        }
    }
}
