use super::bounds::{DURATIONS, SIZES};
use super::tag::Tag;
use crate::telemetry::{Event, EventName, Number, Outcome, Selector, Stage};

/// A metric: what is made of which events. Every reporter keeps the same ones, built in or yours.
///
/// A definition is data, made where it is declared, and checked when it is put into a
/// [`MetricSet`](super::MetricSet), which reporters take:
///
/// ```
/// use buckets::telemetry::Event;
/// use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag};
///
/// fn is_large(event: &Event<'_>) -> bool {
///     event.bytes().is_some_and(|bytes| bytes > 1 << 20)
/// }
///
/// static METRICS: [MetricDefinition; 2] = [
///     MetricDefinition::counter("my_app.uploads.large", &["buckets.cloud.insert.stop"])
///         .keep_if(is_large)
///         .tags(&[Tag::Cloud, Tag::Field("content_type")])
///         .help("Uploads beyond 1 MiB."),
///     MetricDefinition::distribution("my_app.upload.size", "bytes", &["buckets.cloud.insert.stop"])
///         .bounds(&[1e3, 1e6, 1e9])
///         .help("Size of uploads."),
/// ];
/// let metrics = MetricSet::new(METRICS)?;
/// # assert_eq!(metrics.iter().count(), 2);
/// # Ok::<(), buckets::telemetry::catalogue::DefinitionError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MetricDefinition {
    /// The dotted name, without unit: `buckets.operation.duration`.
    pub name: &'static str,
    /// What is done with the events.
    pub kind: MetricKind,
    /// Which events, as [`Dispatcher::attach`](crate::telemetry::Dispatcher::attach) takes them.
    /// Empty for what a reporter knows of itself.
    pub selectors: &'static [&'static str],
    /// Only operations that ended so.
    pub ended: Ended,
    /// Only events that this lets through.
    pub filter: Filter,
    /// What is measured; [`None`] where events are counted. Events without it are left out.
    pub measurement: Option<&'static str>,
    /// What the measurement is multiplied by to be in the metric's unit.
    pub scale: f64,
    /// What tells its series from one another.
    pub tags: &'static [Tag],
    /// The unit.
    pub unit: Unit,
    /// The upper bounds of a distribution's buckets, unless the reporter is told others.
    pub bounds: Option<&'static [f64]>,
    /// Whether its series are there, with zeros, before anything has happened.
    pub is_known: bool,
    /// One sentence.
    pub help: &'static str,
}

impl MetricDefinition {
    /// Counts the events that the selectors select, such as `buckets.cloud.*.stop`.
    pub const fn counter(name: &'static str, selectors: &'static [&'static str]) -> Self {
        Self { name, selectors, ..BASE }
    }

    /// Adds up a measurement of the events, such as `bytes`. Measurements that are negative or no number
    /// are left out, because a sum only grows.
    pub const fn sum(name: &'static str, measurement: &'static str, selectors: &'static [&'static str]) -> Self {
        Self { name, kind: MetricKind::Sum, measurement: Some(measurement), selectors, ..BASE }
    }

    /// Keeps the last value of a measurement. `system_time` is the measurement of when it was.
    pub const fn last_value(name: &'static str, measurement: &'static str, selectors: &'static [&'static str]) -> Self {
        Self { name, kind: MetricKind::LastValue, measurement: Some(measurement), selectors, ..BASE }
    }

    /// Tells how a measurement is distributed. Measurements that are negative or no number are left out.
    pub const fn distribution(
        name: &'static str,
        measurement: &'static str,
        selectors: &'static [&'static str],
    ) -> Self {
        Self { name, kind: MetricKind::Distribution, measurement: Some(measurement), selectors, ..BASE }
    }

    /// Tells the series from one another by these; nothing unless set.
    pub const fn tags(self, tags: &'static [Tag]) -> Self {
        Self { tags, ..self }
    }

    /// Only operations that ended so; all unless set.
    pub const fn ended(self, ended: Ended) -> Self {
        Self { ended, ..self }
    }

    /// Only events for which `filter` is true. Called where the event happens, so it must be quick.
    pub const fn keep_if(self, filter: fn(&Event<'_>) -> bool) -> Self {
        Self { filter: Filter::Keep(filter), ..self }
    }

    /// Only events for which `filter` is false; instead of [`keep_if`](Self::keep_if).
    pub const fn drop_if(self, filter: fn(&Event<'_>) -> bool) -> Self {
        Self { filter: Filter::Drop(filter), ..self }
    }

    /// Sets the unit. That of the built-in measurements is known; others are [`Count`](Unit::Count)s
    /// unless set.
    pub const fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// Multiplies the measurement by `factor`, which converts it to the metric's unit: by `0.001` where it
    /// is in milliseconds and the unit is [`Seconds`](Unit::Seconds). A measured `Duration` needs none.
    pub const fn scale(self, factor: f64) -> Self {
        Self { scale: factor, ..self }
    }

    /// Sets the upper bounds of a distribution's buckets, in the metric's unit, ascending. Unless set, they
    /// are those of [`Bounds::durations`](super::Bounds::durations), or of sizes from 1 KiB to 16 GiB, or
    /// 1, 2, 5, 10 and so on to 10,000, by the unit.
    pub const fn bounds(self, bounds: &'static [f64]) -> Self {
        Self { bounds: Some(bounds), ..self }
    }

    /// Shows series with zeros before anything has happened, as far as the values of their tags are known.
    pub const fn known(self) -> Self {
        Self { is_known: true, ..self }
    }

    /// Says in a sentence what it is.
    pub const fn help(self, help: &'static str) -> Self {
        Self { help, ..self }
    }

    /// Whether the selectors select this stage of this event. For reporters, which ask once per event.
    pub fn selects(&self, name: &EventName, stage: Stage) -> bool {
        let selectors = self.selectors.iter().filter_map(|text| Selector::parse(text));
        selectors.into_iter().any(|selector| selector.matches(name.as_str(), stage))
    }

    /// Whether a selected `event` goes into this metric.
    #[inline]
    pub fn includes(&self, event: &Event<'_>) -> bool {
        let has_ended_so = match event.outcome() {
            Some(outcome) => self.ended.includes(outcome),
            None => self.ended == Ended::Anyhow,
        };
        has_ended_so
            && match self.filter {
                Filter::All => true,
                Filter::Keep(filter) => filter(event),
                Filter::Drop(filter) => !filter(event),
            }
    }

    /// What `event` measures for this metric: 1 where events are counted, else the measurement in the
    /// metric's unit (a `Duration` stays one), or nothing if the event has none that is fit.
    pub fn measure(&self, event: &Event<'_>) -> Option<Number> {
        let number = match self.measurement {
            None => return Some(Number::U64(1)),
            Some("duration") => Number::Duration(event.duration()?),
            Some("bytes") if event.bytes().is_some() => Number::U64(event.bytes()?),
            Some(name) => event.measurement(name)?,
        };
        let scaled = if self.scale == 1.0 { number } else { Number::F64(number.as_f64() * self.scale) };
        let is_fit = match scaled {
            Number::U64(_) | Number::Duration(_) => true,
            signed => signed.as_f64().is_finite() && (self.kind == MetricKind::LastValue || signed.as_f64() >= 0.0),
        };
        is_fit.then_some(scaled)
    }

    /// The unit, which is known of the built-in measurements.
    pub(super) fn known_unit(&self) -> Unit {
        match self.measurement {
            Some("duration" | "time_to_first_byte" | "wait" | "system_time") if self.unit == Unit::Count => {
                Unit::Seconds
            }
            Some("bytes") if self.unit == Unit::Count => Unit::Bytes,
            _ => self.unit,
        }
    }

    /// With all that was left to be known by the measurement.
    pub(super) fn completed(self) -> Self {
        const COUNTS: &[f64] =
            &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0];
        let unit = self.known_unit();
        let usual = match unit {
            Unit::Seconds => DURATIONS,
            Unit::Bytes => SIZES,
            Unit::Count => COUNTS,
        };
        let bounds = (self.kind == MetricKind::Distribution).then(|| self.bounds.unwrap_or(usual));
        Self { unit, bounds, ..self }
    }

    /// The bounds of its buckets, where a reporter was told `durations` for those that have the usual ones.
    #[cfg(any(feature = "prometheus", feature = "statsd", feature = "opentelemetry"))]
    pub(crate) fn bounds_or<'a>(&self, durations: &'a super::Bounds) -> &'a [f64] {
        match self.measurement {
            Some("duration") if self.bounds == Some(DURATIONS) => durations.as_slice(),
            _ => self.bounds.unwrap_or_default(),
        }
    }
}

/// What a metric does with its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// Counts them.
    Counter,
    /// Adds a measurement up.
    Sum,
    /// Keeps the last value of a measurement.
    LastValue,
    /// Tells how many operations have begun and not ended.
    InFlight,
    /// Tells how a measurement is distributed.
    Distribution,
}

/// Which operations a metric is about, by how they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// All of them.
    Anyhow,
    /// Those that did what was asked.
    Successfully,
    /// Those in which something [went wrong](Outcome::is_failure): neither expected errors nor
    /// cancelled operations.
    InFailure,
}

impl Ended {
    /// Whether an operation with this outcome is among them.
    pub const fn includes(self, outcome: Outcome) -> bool {
        match self {
            Self::Anyhow => true,
            Self::Successfully => matches!(outcome, Outcome::Success),
            Self::InFailure => outcome.is_failure(),
        }
    }
}

/// Which of the selected events a metric is made of.
#[derive(Clone, Copy, Debug)]
pub enum Filter {
    /// All of them.
    All,
    /// Those for which it is true.
    Keep(fn(&Event<'_>) -> bool),
    /// Those for which it is false.
    Drop(fn(&Event<'_>) -> bool),
}

/// What a metric's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// What the name of a metric in this unit ends in where units are part of names; empty for counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
        }
    }
}

/// Where definitions differ from.
pub(super) const BASE: MetricDefinition = MetricDefinition {
    name: "",
    kind: MetricKind::Counter,
    selectors: &[],
    ended: Ended::Anyhow,
    filter: Filter::All,
    measurement: None,
    scale: 1.0,
    tags: &[],
    unit: Unit::Count,
    bounds: None,
    is_known: false,
    help: "",
};

/// A distribution of durations.
pub(super) const DURATION: MetricDefinition = MetricDefinition {
    kind: MetricKind::Distribution,
    measurement: Some("duration"),
    unit: Unit::Seconds,
    bounds: Some(DURATIONS),
    ..BASE
};
