//! The metrics that one kind of event of one cloud goes into.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, UpDownCounter};
use opentelemetry::{KeyValue, Value};

use super::attributes::of_value;
use crate::error::ErrorKind;
use crate::telemetry::catalogue::{
    Bounds, EventDefinition, KNOWN_KINDS, MetricDefinition, MetricKind, Tag, Unit, operation_of, possible_kinds,
};
use crate::telemetry::{Event, EventName, Scope, Stage, Status};

/// A metric's definition with what it is recorded by.
pub(super) struct Metric {
    definition: MetricDefinition,
    instrument: Instrument,
}

enum Instrument {
    Count(Counter<u64>),
    Sum(Counter<f64>),
    InFlight(UpDownCounter<i64>),
    Last(Gauge<f64>),
    Distribution(Histogram<f64>),
}

impl Metric {
    pub(super) fn new(definition: &MetricDefinition, durations: &Bounds, meter: &Meter) -> Self {
        let MetricDefinition { name, help, .. } = *definition;
        // Without a unit, so that Prometheus' names do not get one.
        let unit = match definition.unit {
            Unit::Count => "",
            Unit::Seconds => "s",
            Unit::Bytes => "By",
        };
        macro_rules! made {
            ($builder:ident) => {
                meter.$builder(name).with_description(help).with_unit(unit)
            };
        }
        let instrument = match definition.kind {
            MetricKind::Counter => Instrument::Count(made!(u64_counter).build()),
            MetricKind::Sum => Instrument::Sum(made!(f64_counter).build()),
            MetricKind::InFlight => Instrument::InFlight(made!(i64_up_down_counter).build()),
            MetricKind::LastValue => Instrument::Last(made!(f64_gauge).build()),
            MetricKind::Distribution => {
                let bounds = definition.bounds_or(durations).to_vec();
                Instrument::Distribution(made!(f64_histogram).with_boundaries(bounds).build())
            }
        };
        Self { definition: *definition, instrument }
    }

    pub(super) fn selectors(&self) -> &'static [&'static str] {
        self.definition.selectors
    }

    /// Shows the series of `name` that are to be there before anything has happened.
    pub(super) fn introduce(&self, name: &'static EventName, scope: &Scope) {
        self.show(name, scope, KNOWN_KINDS.into_iter());
    }

    /// Shows the series of `name` that are to be there with its first event.
    fn introduce_kinds(&self, name: &'static EventName, scope: &Scope) {
        if self.definition.tags.contains(&Tag::Kind) {
            self.show(name, scope, possible_kinds());
        }
    }

    fn show(&self, name: &'static EventName, scope: &Scope, kinds: impl Iterator<Item = ErrorKind>) {
        let definition = &self.definition;
        let is_wanted = definition.is_known && Stage::ALL.iter().any(|stage| definition.selects(name, *stage));
        let zero = |attributes: &[KeyValue]| match &self.instrument {
            Instrument::Count(counter) => counter.add(0, attributes),
            Instrument::Sum(counter) => counter.add(0.0, attributes),
            Instrument::InFlight(counter) => counter.add(0, attributes),
            // A zero would be a measurement.
            Instrument::Last(_) | Instrument::Distribution(_) => {}
        };
        let Some(series) = is_wanted.then(|| Series::new(0, definition, name, scope)).flatten() else { return };
        if series.fixed.len() + series.open.len() != definition.tags.len() {
            return;
        }
        let all = |values: &mut dyn Iterator<Item = &'static str>, tag: Tag| {
            values.for_each(|value| {
                let open = KeyValue::new(tag.as_str(), value);
                zero(&series.fixed.iter().cloned().chain([open]).collect::<Vec<_>>());
            });
        };
        match *series.open {
            [] => zero(&series.fixed),
            [Tag::Status] => all(&mut Status::ALL.iter().map(|status| status.as_str()), Tag::Status),
            [Tag::Kind] => all(&mut kinds.map(ErrorKind::as_str), Tag::Kind),
            // What values there will be is not known.
            _ => {}
        }
    }

    fn record(&self, event: &Event<'_>, attributes: &[KeyValue]) -> Option<()> {
        let number = self.definition.measure(event)?;
        match (&self.instrument, number) {
            (Instrument::Count(counter), _) => counter.add(1, attributes),
            (Instrument::Sum(counter), number) => counter.add(number.as_f64(), attributes),
            (Instrument::Last(gauge), number) => gauge.record(number.as_f64(), attributes),
            (Instrument::Distribution(histogram), number) => histogram.record(number.as_f64(), attributes),
            // A row counts these.
            (Instrument::InFlight(_), _) => {}
        }
        Some(())
    }
}

/// The series of all metrics that one kind of event of one cloud goes into.
pub(super) struct Row {
    by_stage: [Box<[Series]>; Stage::COUNT],
    in_flight: Box<[InFlight]>,
}

/// How many operations of a series have begun and not ended, as far as this was told.
struct InFlight {
    series: Series,
    count: AtomicI64,
}

/// A metric, and the attributes of its series.
struct Series {
    /// The metric's position.
    metric: usize,
    /// Those that are always the same.
    fixed: Box<[KeyValue]>,
    /// Those that the event tells.
    open: Box<[Tag]>,
}

impl Row {
    pub(super) fn new(metrics: &[Metric], event: &Event<'_>) -> Self {
        let (name, scope) = (event.name(), event.scope());
        metrics.iter().for_each(|metric| metric.introduce_kinds(name, scope));
        let of = |stage: Stage, is_in_flight: bool| {
            let is_wanted = move |metric: &Metric| {
                metric.definition.selects(name, stage)
                    && matches!(metric.instrument, Instrument::InFlight(_)) == is_in_flight
            };
            let selected = metrics.iter().enumerate().filter(move |(_, metric)| is_wanted(metric));
            selected.filter_map(|(position, metric)| Series::new(position, &metric.definition, name, scope))
        };
        let mut by_stage = [const { Vec::new() }; Stage::COUNT];
        Stage::ALL.iter().for_each(|stage| by_stage[stage.index()] = of(*stage, false).collect());
        let in_flight = of(Stage::Start, true).map(|series| InFlight { series, count: AtomicI64::new(0) });
        Self { by_stage: by_stage.map(Vec::into), in_flight: in_flight.collect() }
    }

    /// Of what is in flight, no end will be told.
    pub(super) fn let_go(&self, metrics: &[Metric]) {
        self.in_flight.iter().for_each(|in_flight| in_flight.add(metrics, -in_flight.count.load(Ordering::Relaxed)));
    }

    pub(super) fn record(&self, metrics: &[Metric], event: &Event<'_>) {
        let change = match event.stage() {
            Stage::Start => 1,
            _ if event.outcome().is_some() && event.start_was_told() => -1,
            _ => 0,
        };
        self.in_flight.iter().filter(|_| change != 0).for_each(|in_flight| in_flight.add(metrics, change));
        for series in &self.by_stage[event.stage().index()] {
            let metric = &metrics[series.metric];
            if metric.definition.includes(event) {
                // A measurement or an end that the event does not have keeps it out of the metric.
                let _ = series.with_attributes(event, |attributes| metric.record(event, attributes));
            }
        }
    }
}

impl InFlight {
    fn add(&self, metrics: &[Metric], change: i64) {
        if let Instrument::InFlight(counter) = &metrics[self.series.metric].instrument {
            self.count.fetch_add(change, Ordering::Relaxed);
            counter.add(change, &self.series.fixed);
        }
    }
}

impl Series {
    /// [`None`] for an event that has no direction, where the metric tells series apart by that.
    fn new(metric: usize, definition: &MetricDefinition, name: &'static EventName, scope: &Scope) -> Option<Self> {
        let (mut fixed, mut open) = (Vec::new(), Vec::new());
        for tag in definition.tags {
            let value: Value = match tag {
                Tag::Operation => operation_of(name).into(),
                Tag::Limit => name.last_segment().into(),
                Tag::Direction => EventDefinition::find(name)?.direction?.as_str().into(),
                Tag::Adapter => Arc::<str>::from(scope.adapter()).into(),
                Tag::Cloud => Arc::<str>::from(scope.cloud()).into(),
                Tag::Status | Tag::Kind | Tag::Handler | Tag::Field(_) => {
                    open.push(*tag);
                    continue;
                }
            };
            // To Prometheus, an empty label is none.
            if !value.as_str().is_empty() {
                fixed.push(KeyValue::new(tag.as_str(), value));
            }
        }
        Some(Self { metric, fixed: fixed.into(), open: open.into() })
    }

    fn with_attributes(&self, event: &Event<'_>, with: impl FnOnce(&[KeyValue]) -> Option<()>) -> Option<()> {
        if self.open.is_empty() {
            return with(&self.fixed);
        }
        let mut attributes = Vec::with_capacity(self.fixed.len() + self.open.len());
        attributes.extend_from_slice(&self.fixed);
        for tag in &self.open {
            let value: Value = match tag {
                Tag::Status => event.outcome()?.status().as_str().into(),
                Tag::Kind if event.outcome().is_some() => event.kind()?.as_str().into(),
                tag => match tag.value(event) {
                    // As text, like every label.
                    Some(value) => of_value(crate::telemetry::Value::Display(&value)),
                    None => continue,
                },
            };
            attributes.push(KeyValue::new(tag.as_str(), value));
        }
        with(&attributes)
    }
}
