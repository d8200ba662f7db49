//! The series that Prometheus gets to see. This is the only place here that reads the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use buckets::ErrorKind;
use buckets::telemetry::Status;
use buckets::telemetry::catalogue::{Direction, EVENTS, METRICS, MetricDefinition, MetricKind, Tag, Unit};

/// What Prometheus adds to everything it scrapes, and queries go by.
pub const TARGET_LABELS: [&str; 2] = ["job", "instance"];

/// All series that a query may name.
#[derive(Clone, Debug)]
pub struct Schema {
    series: BTreeMap<String, Series>,
}

/// What is known of the series of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What its numbers are.
    pub kind: SeriesKind,
    /// The names of its labels.
    pub labels: BTreeSet<String>,
}

/// What the numbers of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesKind {
    /// They only grow.
    Counter,
    /// They come and go.
    Gauge,
}

impl Schema {
    /// What the built-in metrics of the catalogue become.
    #[must_use]
    pub fn of_catalogue() -> Self {
        Self { series: METRICS.iter().flat_map(exposed).collect() }
    }

    /// Adds what a recording rule records.
    pub fn record(&mut self, name: &str, labels: BTreeSet<String>) {
        self.series.insert(name.to_owned(), Series { kind: SeriesKind::Gauge, labels });
    }

    /// What is known of the series called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Series> {
        self.series.get(name)
    }

    /// The names of all series.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.series.keys().map(String::as_str)
    }
}

/// The values that a label can have, where they are a closed set.
#[must_use]
pub fn values_of(label: &str) -> Option<Vec<&'static str>> {
    match label {
        "status" => Some(Status::ALL.iter().map(|status| status.as_str()).collect()),
        "kind" => Some(ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        "direction" => Some([Direction::Upload, Direction::Download].map(Direction::as_str).into()),
        "operation" => Some(EVENTS.iter().map(|event| event.operation()).collect()),
        _ => None,
    }
}

/// The series of one metric: their names end in what they count, as Prometheus wants it.
fn exposed(metric: &MetricDefinition) -> Vec<(String, Series)> {
    let unit = match metric.unit {
        Unit::Count => "",
        Unit::Seconds => "_seconds",
        Unit::Bytes => "_bytes",
    };
    let name = format!("{}{unit}", metric.name.replace('.', "_"));
    let labels: BTreeSet<_> =
        metric.tags.iter().map(|tag| Tag::as_str(*tag)).chain(TARGET_LABELS).map(str::to_owned).collect();
    let series = |suffix: &str, kind| (format!("{name}{suffix}"), Series { kind, labels: labels.clone() });
    match metric.kind {
        MetricKind::Counter | MetricKind::Sum => vec![series("_total", SeriesKind::Counter)],
        MetricKind::Distribution => {
            let (bucket, mut buckets) = series("_bucket", SeriesKind::Counter);
            buckets.labels.insert("le".to_owned());
            vec![(bucket, buckets), series("_sum", SeriesKind::Counter), series("_count", SeriesKind::Counter)]
        }
        _ => vec![series("", SeriesKind::Gauge)],
    }
}
