//! Metrics of one's own, and the built-in gauges.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::handlers::by_tags::{ByTags, Labels};
use crate::handlers::cells::Cells;
use crate::handlers::metric::{Metric, Sample, Sum};
use crate::telemetry::catalogue::{Bounds, METRICS, MetricDefinition, MetricKind, MetricSet, Unit};
use crate::telemetry::{Event, EventName, Stage};

/// All of them, by their position.
pub(super) struct Own {
    metrics: Box<[OwnMetric]>,
    /// How many of them, the first ones, are built in.
    built_in: usize,
    /// How many more series there may be.
    room: AtomicUsize,
}

struct OwnMetric {
    metric: Arc<Metric>,
    series: ByTags<OwnSeries>,
}

/// One metric for one combination of its tags' values.
pub(super) struct OwnSeries {
    pub(super) number: u32,
    metric: Arc<Metric>,
    pub(super) labels: Labels,
    cells: Cells,
}

/// What becomes of an event in a series.
pub(super) enum Recorded {
    /// It was added up, and counts as so many measurements.
    Added(u64),
    /// It is a value of its own, in the unit in which it is sent.
    Value(f64),
}

impl Own {
    /// More series than this share those with the value `other`.
    const MOST_SERIES: usize = 10_000;

    pub(super) fn new(metrics: &[MetricSet]) -> Self {
        let built_in: Vec<_> = METRICS.iter().filter(|definition| is_gauge(definition)).collect();
        let definitions = built_in.iter().copied().chain(metrics.iter().flat_map(MetricSet::iter));
        let metric = |definition: &MetricDefinition| {
            let metric = Arc::new(Metric::new(definition, &Bounds::durations()));
            OwnMetric { metric, series: ByTags::default() }
        };
        let metrics = definitions.map(metric).collect();
        Self { metrics, built_in: built_in.len(), room: AtomicUsize::new(Self::MOST_SERIES) }
    }

    /// The positions of those that are made of `stage` of `name`; the built-in ones only if that `is_selected`.
    pub(super) fn of(&self, name: &EventName, stage: Stage, is_selected: bool) -> Box<[usize]> {
        let first = if is_selected { 0 } else { self.built_in };
        (first..self.metrics.len()).filter(|position| self.metrics[*position].metric.wants(name, stage)).collect()
    }

    /// Takes note of `event`; nothing if it does not go into the metric. `welcome` gives a new series its number.
    pub(super) fn record(
        &self,
        position: usize,
        event: &Event<'_>,
        welcome: impl Fn(&dyn Fn(u32) -> Arc<OwnSeries>) -> Arc<OwnSeries>,
        then: impl FnOnce(&OwnSeries, Recorded),
    ) {
        let OwnMetric { metric, series } = &self.metrics[position];
        let measured = metric.definition.includes(event).then(|| metric.measure(event)).flatten();
        let Some(value) = measured else { return };
        let has_room = |_: &Labels| {
            let take = |room: usize| room.checked_sub(1);
            self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
        };
        let make = |labels: Labels| {
            welcome(&|number| {
                let cells = Cells::new(metric.words());
                Arc::new(OwnSeries { number, metric: Arc::clone(metric), labels: labels.clone(), cells })
            })
        };
        series.with(metric.definition.tags, event, has_room, make, |series| {
            let recorded = match metric.definition.kind {
                MetricKind::Distribution if metric.definition.unit == Unit::Seconds => {
                    // Whole nanoseconds; times are sent in milliseconds.
                    return then(series, Recorded::Value(value as f64 / 1e6));
                }
                MetricKind::Distribution => return then(series, Recorded::Value(metric.in_unit(metric.number(value)))),
                MetricKind::Counter => 1,
                _ => 0,
            };
            metric.add(series.cells.mine(), 0, value, event);
            then(series, Recorded::Added(recorded));
        });
    }
}

/// Whether a built-in metric is sent as a gauge: last values, but not of each operation, which would cost each of them
/// more than all of its counts. When one last succeeded servers know by when a count last came.
fn is_gauge(definition: &MetricDefinition) -> bool {
    let is_of_operations = |selector: &&str| selector.starts_with("buckets.cloud.");
    let selectors = definition.selectors;
    definition.kind == MetricKind::LastValue && !selectors.is_empty() && !selectors.iter().any(is_of_operations)
}

impl OwnSeries {
    pub(super) fn definition(&self) -> &MetricDefinition {
        &self.metric.definition
    }

    pub(super) fn sample(&self) -> Option<Sample> {
        self.metric.sample(&self.cells, 0)
    }

    /// What was added to `earlier`, and that in the metric's unit.
    pub(super) fn since(&self, now: Sum, earlier: Sum) -> (u64, f64) {
        let (whole, more) = match (now, earlier) {
            (Sum::Whole(now), Sum::Whole(earlier)) => {
                (now.wrapping_sub(earlier), Sum::Whole(now.wrapping_sub(earlier)))
            }
            (Sum::Real(now), Sum::Real(earlier)) => (0, Sum::Real(now - earlier)),
            // Nothing was said yet.
            (now, _) => (0, now),
        };
        let is_count = self.definition().kind == MetricKind::Counter;
        (if is_count { whole } else { 0 }, self.metric.in_unit(more))
    }
}
