use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::telemetry::Stage;
use crate::telemetry::catalogue::metric_definition::{BASE, DURATION};
use crate::telemetry::catalogue::{Ended, EventDefinition, MetricDefinition, MetricKind, Tag, Unit, custom};

/// The metrics that are made of [`custom`] events, whatever the reporter.
///
/// Of an operation `my_app.storage.upload` there are, under its name:
/// - `.calls`: how many ended, by `status`;
/// - `.errors`: how many failed, by `kind`;
/// - `.duration`: how long those took that succeeded, in seconds;
/// - `.in_flight`: how many have begun and not ended;
/// - each of its measurements, summed up. One whose name ends in `bytes` or `seconds` is in that unit,
///   and is called without it; `bytes` alone is called `.content`.
///
/// Of an event without duration there is how often it happened, under its own name. Metadata never
/// becomes a label, because nobody knows how many values it has.
pub fn custom_metrics() -> &'static [MetricDefinition] {
    static METRICS: LazyLock<Vec<MetricDefinition>> = LazyLock::new(|| {
        let mut by_name: BTreeMap<&str, Vec<EventDefinition>> = BTreeMap::new();
        custom().into_iter().for_each(|event| by_name.entry(event.name.as_str()).or_default().push(event));
        by_name.into_iter().flat_map(|(name, events)| of(name, &events)).collect()
    });
    &METRICS
}

/// Of all places that emit events of one name.
fn of(name: &str, events: &[EventDefinition]) -> Vec<MetricDefinition> {
    let doc = events.iter().map(|event| event.doc).find(|doc| !doc.is_empty()).unwrap_or("");
    let help = |what: &str| kept(format!("{what} of {name}. {doc}").trim_end().to_owned());
    if events.iter().all(|event| event.stages == [Stage::Point]) {
        let selectors = kept_list([name.to_owned()]);
        return vec![MetricDefinition {
            name: selectors[0],
            selectors,
            is_known: true,
            help: help("Occurrences"),
            ..BASE
        }];
    }
    let [start, stop, exception] = ["start", "stop", "exception"].map(|stage| kept(format!("{name}.{stage}")));
    let ends = kept_list([stop, exception]);
    let called = |what: &str| kept(format!("{name}.{what}"));
    let known = MetricDefinition { is_known: true, ..BASE };
    let mut metrics = vec![
        MetricDefinition { name: called("calls"), selectors: ends, tags: &[Tag::Status], help: help("Ends"), ..known },
        MetricDefinition {
            name: called("errors"),
            selectors: kept_list([exception]),
            ended: Ended::InFailure,
            tags: &[Tag::Kind],
            help: help("Failures"),
            ..known
        },
        MetricDefinition {
            name: called("duration"),
            selectors: kept_list([stop]),
            ended: Ended::Successfully,
            is_known: true,
            help: help("Duration of successes"),
            ..DURATION
        },
        MetricDefinition {
            name: called("in_flight"),
            kind: MetricKind::InFlight,
            selectors: kept_list([start, stop, exception]),
            help: help("Operations in flight"),
            ..known
        },
    ];
    let mut measurements: Vec<_> = events.iter().flat_map(|event| event.measurements).copied().collect();
    measurements.sort_unstable();
    measurements.dedup();
    metrics.extend(measurements.into_iter().map(|measurement| {
        let (short, unit) = unit_of(measurement);
        MetricDefinition {
            name: called(short),
            kind: MetricKind::Sum,
            selectors: ends,
            measurement: Some(measurement),
            unit,
            help: help(measurement),
            ..known
        }
    }));
    metrics
}

/// What a measurement is called beside its unit.
fn unit_of(measurement: &str) -> (&str, Unit) {
    match (measurement, measurement.strip_suffix("_bytes"), measurement.strip_suffix("_seconds")) {
        ("bytes", ..) => ("content", Unit::Bytes),
        (_, Some(short), _) => (short, Unit::Bytes),
        (_, _, Some(short)) => (short, Unit::Seconds),
        _ => (measurement, Unit::Count),
    }
}

/// Kept for the life of the process: there is one such text per metric of the program.
fn kept(text: String) -> &'static str {
    text.leak()
}

fn kept_list<T: Into<String>, const N: usize>(texts: [T; N]) -> &'static [&'static str] {
    Vec::from(texts.map(|text| kept(text.into()))).leak()
}
