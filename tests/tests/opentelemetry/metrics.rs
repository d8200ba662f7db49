//! The definitions' numbers, as the SDK has them.

use std::collections::BTreeMap;
use std::time::Duration;

use buckets::handlers::otel::Metrics;
use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag, Unit, names};
use buckets::telemetry::{Dispatcher, EventName, Number, Outcome, Scope, Span, Value};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};

static RENDER: EventName = EventName::new("shop.report.render");

fn definitions() -> MetricSet {
    const RENDERED: &[&str] = &["shop.report.render.stop"];
    let format = &[Tag::Field("format")];
    MetricSet::new([
        MetricDefinition::counter("shop.reports", RENDERED).tags(format).help("Reports."),
        MetricDefinition::sum("shop.ink", "ink", RENDERED).help("Litres of ink."),
        MetricDefinition::last_value("shop.temperature", "celsius", RENDERED).help("Of the printer."),
        MetricDefinition::distribution("shop.queue.wait", "waited_ms", RENDERED)
            .unit(Unit::Seconds)
            .scale(1e-3)
            .bounds(&[0.5, 1.0])
            .help("How long reports waited."),
    ])
    .expect("sound")
}

/// All series by name and attributes, and their numbers.
fn collected(exporter: &InMemoryMetricExporter) -> BTreeMap<String, String> {
    let mut series = BTreeMap::new();
    let all = exporter.get_finished_metrics().expect("it was not shut down");
    let metrics = all.last().expect("a collection").scope_metrics().flat_map(|scope| scope.metrics());
    for metric in metrics {
        let mut add = |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>, value: String| {
            let mut labels: Vec<_> = attributes.map(|pair| format!("{}={}", pair.key, pair.value)).collect();
            labels.sort();
            let name = format!("{}{{{}}}[{}]", metric.name(), labels.join(","), metric.unit());
            assert!(series.insert(name, value).is_none(), "a series of {} is there twice", metric.name());
        };
        match metric.data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => {
                sum.data_points().for_each(|point| add(&mut point.attributes(), point.value().to_string()));
            }
            AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                sum.data_points().for_each(|point| add(&mut point.attributes(), point.value().to_string()));
            }
            AggregatedMetrics::F64(MetricData::Sum(sum)) => {
                sum.data_points().for_each(|point| add(&mut point.attributes(), point.value().to_string()));
            }
            AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
                gauge.data_points().for_each(|point| add(&mut point.attributes(), point.value().to_string()));
            }
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                for point in histogram.data_points() {
                    let counts: Vec<_> = point.bucket_counts().collect();
                    add(&mut point.attributes(), format!("{counts:?} {:.2}", point.sum()));
                }
            }
            other => panic!("{} is {other:?}", metric.name()),
        }
    }
    series
}

#[test]
fn every_kind_has_the_numbers_of_the_script() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    let clock = ManualClock::new();
    let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
    let metrics = Metrics::builder().provider(&provider).metrics(&definitions()).build();
    metrics.attach(&dispatcher).expect("attached");
    let cloud = Scope::new(dispatcher.clone(), "uploads", "memory");
    for (millis, outcome) in [
        (30, Outcome::Success),
        (300, Outcome::Success),
        (2_000, Outcome::Error(ErrorKind::Timeout)),
        (1, Outcome::Expected(ErrorKind::AlreadyExists)),
        (1, Outcome::Cancelled),
    ] {
        let mut span = Span::start(&cloud, &names::CLOUD_INSERT);
        span.add_bytes(10);
        clock.advance(Duration::from_millis(millis));
        span.end(outcome, None);
    }
    let open = Span::start(&cloud, &names::CLOUD_READ);
    let shop = Scope::of(dispatcher);
    for (ink, waited, celsius) in [(0.5, 100, 30), (0.25, 700, -4)] {
        let measurements =
            [("ink", Number::F64(ink)), ("waited_ms", Number::U64(waited)), ("celsius", Number::I64(celsius))];
        let fields = [("format", Value::Str("pdf"))];
        Span::start(&shop, &RENDER).end_with(Outcome::Success, None, &measurements, &fields);
    }
    Span::start(&shop, &RENDER).fail(&Error::invalid("no ink"));
    provider.force_flush().expect("collected");

    let series = collected(&exporter);
    let labels = "adapter=memory,cloud=uploads";
    for (name, value) in [
        (format!("buckets.operations{{{labels},operation=insert,status=success}}[]"), "2"),
        (format!("buckets.operations{{{labels},operation=insert,status=error}}[]"), "2"),
        (format!("buckets.operations{{{labels},operation=insert,status=cancelled}}[]"), "1"),
        (format!("buckets.operations{{{labels},operation=delete,status=success}}[]"), "0"),
        (format!("buckets.operation.errors{{{labels},kind=timeout,operation=insert}}[]"), "1"),
        (format!("buckets.operation.errors{{{labels},kind=io,operation=insert}}[]"), "0"),
        (format!("buckets.operation.duration{{{labels},operation=insert}}[s]"), "[0, 1, 0, 1, 0, 0, 0, 0] 0.33"),
        (format!("buckets.failed.operation.duration{{{labels},operation=insert}}[s]"), "[0, 0, 0, 0, 0, 1, 0, 0] 2.00"),
        (format!("buckets.operations.in_flight{{{labels},operation=read}}[]"), "1"),
        (format!("buckets.operations.in_flight{{{labels},operation=insert}}[]"), "0"),
        (format!("buckets.transferred{{{labels},direction=upload,operation=insert}}[By]"), "50"),
        ("shop.reports{format=pdf}[]".to_owned(), "2"),
        ("shop.ink{}[]".to_owned(), "0.75"),
        ("shop.temperature{}[]".to_owned(), "-4"),
        ("shop.queue.wait{}[s]".to_owned(), "[1, 1, 0] 0.80"),
    ] {
        assert_eq!(series.get(&name).map(String::as_str), Some(value), "{name} in {series:#?}");
    }
    open.succeed();
    provider.force_flush().expect("collected");
    assert_eq!(collected(&exporter)[&format!("buckets.operations.in_flight{{{labels},operation=read}}[]")], "0");
}
