//! A metric's definition, made ready for recording.

use crate::error::ErrorKind;
use crate::telemetry::catalogue::{Bounds, EventDefinition, MetricDefinition, MetricKind, Tag, Unit};
use crate::telemetry::{Event, EventName, Number, Selector, Stage, Status};

/// Kinds of errors whose series are there before the first such error.
const KNOWN_KINDS: [ErrorKind; 6] = [
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::Throttled,
    ErrorKind::Timeout,
    ErrorKind::Unavailable,
    ErrorKind::Io,
];

const NANOS_PER_SECOND: f64 = 1e9;

pub(super) struct Metric {
    pub(super) definition: &'static MetricDefinition,
    selectors: Vec<Selector>,
    /// The bounds of a distribution in whole nanoseconds or bytes, so that sums are exact.
    pub(super) whole_bounds: Vec<u64>,
    /// The same in the metric's unit.
    pub(super) bounds: Vec<f64>,
}

/// The tag that takes its value from how the operation ended, where a metric has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EndTag {
    None,
    Status,
    Kind,
}

impl Metric {
    pub(super) fn new(definition: &'static MetricDefinition, durations: &Bounds) -> Self {
        let bounds = match definition.bounds {
            Some(_) if definition.measurement == Some("duration") => durations.as_slice(),
            bounds => bounds.unwrap_or_default(),
        };
        let scale = match definition.unit {
            Unit::Seconds => NANOS_PER_SECOND,
            Unit::Bytes | Unit::Count => 1.0,
        };
        Self {
            definition,
            selectors: definition.selectors.iter().filter_map(|text| Selector::parse(text)).collect(),
            whole_bounds: bounds.iter().map(|bound| (bound * scale).round() as u64).collect(),
            bounds: bounds.to_vec(),
        }
    }

    /// Whether `stage` of `name` may have something for this metric.
    pub(super) fn wants(&self, name: &EventName, stage: Stage) -> bool {
        let is_measured = |event: &EventDefinition| match self.definition.measurement {
            Some(measurement) => event.measurements.contains(&measurement),
            None => true,
        };
        let has_direction = || EventDefinition::find(name).is_some_and(|event| event.direction.is_some());
        self.selectors.iter().any(|selector| selector.matches(name.as_str(), stage))
            && EventDefinition::find(name).is_none_or(is_measured)
            && (!self.definition.tags.contains(&Tag::Direction) || has_direction())
    }

    pub(super) fn end_tag(&self) -> EndTag {
        match self.definition.tags {
            tags if tags.contains(&Tag::Status) => EndTag::Status,
            tags if tags.contains(&Tag::Kind) => EndTag::Kind,
            _ => EndTag::None,
        }
    }

    /// How many numbers a series is kept in.
    pub(super) fn words(&self) -> usize {
        match self.definition.kind {
            MetricKind::Counter | MetricKind::Sum => 1,
            // Begun and ended; the difference is what is in flight.
            MetricKind::InFlight => 2,
            // The buckets, the last one without bound, and the sum; the count is that of the buckets.
            MetricKind::Distribution => self.bounds.len() + 2,
        }
    }

    /// How many time series Prometheus makes of one of ours.
    pub(super) fn cost(&self) -> usize {
        match self.definition.kind {
            MetricKind::Distribution => self.bounds.len() + 3,
            _ => 1,
        }
    }

    /// What `event` measures, in whole nanoseconds or bytes.
    pub(super) fn measure(&self, event: &Event<'_>) -> Option<u64> {
        let number = match self.definition.measurement {
            None => return Some(1),
            Some("duration") => Number::Duration(event.duration()?),
            Some("bytes") => return event.bytes(),
            Some(name) => event.measurement(name)?,
        };
        // Going from float to integer saturates, so nothing wraps or is negative.
        Some(match (number, self.definition.unit) {
            (Number::Duration(duration), _) => u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            (number, Unit::Seconds) => (number.as_f64() * NANOS_PER_SECOND) as u64,
            (Number::U64(number), _) => number,
            (number, _) => number.as_f64() as u64,
        })
    }

    /// A whole sum in the metric's unit.
    pub(super) fn in_unit(&self, sum: u64) -> f64 {
        match self.definition.unit {
            Unit::Seconds => sum as f64 / NANOS_PER_SECOND,
            Unit::Bytes | Unit::Count => sum as f64,
        }
    }
}

impl EndTag {
    /// The tag's values, and whether their series are there from the start.
    pub(super) fn values(self) -> Vec<(&'static str, bool)> {
        match self {
            Self::None => vec![("", true)],
            Self::Status => Status::ALL.iter().map(|status| (status.as_str(), true)).collect(),
            Self::Kind => ErrorKind::ALL.iter().map(|kind| (kind.as_str(), KNOWN_KINDS.contains(kind))).collect(),
        }
    }

    /// The position among [`values`](Self::values) of the one that `event` has.
    pub(super) fn position(self, event: &Event<'_>) -> Option<usize> {
        match self {
            Self::None => Some(0),
            Self::Status => event.outcome().map(|outcome| outcome.status() as usize),
            Self::Kind => event.kind().map(ErrorKind::index),
        }
    }
}
