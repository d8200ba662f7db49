//! The format that has native histograms: delimited messages of `io.prometheus.client.MetricFamily`.
//!
//! The messages are declared here, as far as they are needed: what `prometheus-client` has of them wants a compiler of
//! its own to be installed, and takes exemplars only from metrics of its own.

use prost::Message;

use super::exemplar::{self, Noted, Reading};
use super::native::{SCHEMA, ZERO_THRESHOLD};
use super::writer::name;
use crate::handlers::by_tags::Labels;
use crate::handlers::metric::{Metric, Sample};
use crate::telemetry::catalogue::{MetricKind, Unit};

/// Writes all series of a metric, if there are any.
pub(super) fn family<'a>(out: &mut Vec<u8>, metric: &Metric, series: impl Iterator<Item = (&'a Labels, &'a Reading)>) {
    let definition = &metric.definition;
    let (kind, suffix) = match definition.kind {
        MetricKind::Counter | MetricKind::Sum => (Kind::Counter, "_total"),
        MetricKind::InFlight | MetricKind::LastValue => (Kind::Gauge, ""),
        MetricKind::Distribution => (Kind::Histogram, ""),
    };
    let family = Family {
        name: name(metric) + suffix,
        help: definition.help.into(),
        kind: kind.into(),
        series: series.map(|(labels, reading)| Series::of(metric, labels, reading)).collect(),
        unit: if definition.unit == Unit::Count { String::new() } else { definition.unit.as_str().into() },
    };
    if !family.series.is_empty() {
        out.extend(family.encode_length_delimited_to_vec());
    }
}

#[derive(Clone, PartialEq, Message)]
struct Family {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    help: String,
    #[prost(enumeration = "Kind", tag = "3")]
    kind: i32,
    #[prost(message, repeated, tag = "4")]
    series: Vec<Series>,
    #[prost(string, tag = "5")]
    unit: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
enum Kind {
    Counter = 0,
    Gauge = 1,
    Histogram = 4,
}

#[derive(Clone, PartialEq, Message)]
struct Series {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, optional, tag = "2")]
    gauge: Option<Gauge>,
    #[prost(message, optional, tag = "3")]
    counter: Option<Counter>,
    #[prost(message, optional, tag = "7")]
    histogram: Option<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Gauge {
    #[prost(double, tag = "1")]
    value: f64,
}

#[derive(Clone, PartialEq, Message)]
struct Counter {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(message, optional, tag = "2")]
    exemplar: Option<Exemplar>,
}

#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(uint64, tag = "1")]
    count: u64,
    #[prost(double, tag = "2")]
    sum: f64,
    #[prost(message, repeated, tag = "3")]
    buckets: Vec<Bucket>,
    #[prost(sint32, tag = "5")]
    schema: i32,
    #[prost(double, tag = "6")]
    zero_threshold: f64,
    #[prost(uint64, tag = "7")]
    zero_count: u64,
    #[prost(message, repeated, tag = "12")]
    spans: Vec<Span>,
    #[prost(sint64, repeated, tag = "13")]
    deltas: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct Bucket {
    #[prost(uint64, tag = "1")]
    cumulative_count: u64,
    #[prost(double, tag = "2")]
    upper_bound: f64,
    #[prost(message, optional, tag = "3")]
    exemplar: Option<Exemplar>,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(sint32, tag = "1")]
    offset: i32,
    #[prost(uint32, tag = "2")]
    length: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Exemplar {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(double, tag = "2")]
    value: f64,
    #[prost(message, optional, tag = "3")]
    timestamp: Option<Timestamp>,
}

/// `google.protobuf.Timestamp`.
#[derive(Clone, PartialEq, Message)]
struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl Series {
    fn of(metric: &Metric, labels: &Labels, reading: &Reading) -> Self {
        // To Prometheus an empty label is none, and in this format it says so.
        let labels = labels.iter().filter(|(_, value)| !value.is_empty());
        let mut series =
            Self { labels: labels.map(|(name, value)| Label::new(name, value)).collect(), ..Self::default() };
        match &reading.sample {
            Sample::Sum(sum) => {
                let exemplar = reading.exemplars.get(&0).map(Exemplar::of);
                series.counter = Some(Counter { value: metric.in_unit(*sum), exemplar });
            }
            Sample::Gauge(value) => series.gauge = Some(Gauge { value: *value as f64 }),
            Sample::Last { value, .. } => series.gauge = Some(Gauge { value: *value }),
            Sample::Distribution { buckets, sum } => {
                series.histogram = Some(Histogram::of(metric, buckets, metric.in_unit(*sum), reading));
            }
        }
        series
    }
}

impl Histogram {
    fn of(metric: &Metric, counts: &[u64], sum: f64, reading: &Reading) -> Self {
        let mut until_here = 0;
        let bounds = metric.bounds.iter().copied().chain([f64::INFINITY]);
        let buckets = bounds.zip(counts).enumerate().map(|(position, (upper_bound, count))| {
            until_here += count;
            let exemplar = reading.exemplars.get(&position).map(Exemplar::of);
            Bucket { cumulative_count: until_here, upper_bound, exemplar }
        });
        let classic = Self { buckets: buckets.collect(), count: until_here, sum, ..Self::default() };
        let Some(native) = &reading.native else { return classic };
        let spans = native.spans();
        Self {
            // Prometheus takes no native histogram whose buckets do not add up to this.
            count: native.count(),
            schema: SCHEMA,
            zero_threshold: ZERO_THRESHOLD,
            zero_count: native.zeros(),
            spans: spans.runs.into_iter().map(|(offset, length)| Span { offset, length }).collect(),
            deltas: spans.deltas,
            ..classic
        }
    }
}

impl Label {
    fn new(name: &str, value: &str) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Exemplar {
    fn of(noted: &Noted) -> Self {
        let Noted { exemplar: exemplar::Exemplar { trace_id, span_id }, value, seconds } = *noted;
        let trace = Label::new("trace_id", &format!("{trace_id:032x}"));
        let span = span_id.map(|span_id| Label::new("span_id", &format!("{span_id:016x}")));
        let nanos = (seconds.fract() * 1e9) as i32;
        let timestamp = Some(Timestamp { seconds: seconds as i64, nanos });
        Self { labels: [trace].into_iter().chain(span).collect(), value, timestamp }
    }
}
