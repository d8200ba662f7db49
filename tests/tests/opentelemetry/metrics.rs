//! The definitions' numbers, as the SDK has them.

use std::collections::BTreeMap;
use std::time::Duration;

use buckets::handlers::otel::Metrics;
use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag, Unit, names};
use buckets::telemetry::{Dispatcher, Event, EventName, Handler, HandlerHealth, Number, Outcome, Scope, Span, Value};
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
            AggregatedMetrics::U64(MetricData::Gauge(gauge)) => {
                gauge.data_points().for_each(|point| add(&mut point.attributes(), point.value().to_string()));
            }
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

/// A handler that delivers nothing.
struct Stuck;

impl Handler for Stuck {
    fn handle(&self, _: &Event<'_>) {}

    fn health(&self) -> HandlerHealth {
        HandlerHealth { queue_length: Some(7), dropped: vec![("io", 3), ("queue_full", 0)] }
    }
}

#[test]
fn how_handlers_are_doing_is_told_while_they_are_attached() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    let metrics = Metrics::builder().provider(&provider).build();
    let collect = || {
        provider.force_flush().expect("collected");
        let mut series = collected(&exporter);
        series.retain(|name, _| name.starts_with("buckets.telemetry."));
        series
    };
    // Of two dispatchers, whose numbers are added up.
    let dispatchers = [Dispatcher::new(), Dispatcher::new()];
    for dispatcher in &dispatchers {
        metrics.attach(dispatcher).expect("attached");
        dispatcher.attach("stuck", "", Stuck).expect("attached");
        let panics = |_: &Event<'_>| std::panic::resume_unwind(Box::new("as the test says"));
        dispatcher.attach("broken", "shop", panics).expect("attached");
        metrics.attach(dispatcher).expect_err("it is attached, and stays so");
        Span::start(&Scope::of(dispatcher.clone()), &RENDER).succeed();
        Span::start(&Scope::new(dispatcher.clone(), "uploads", "memory"), &names::CLOUD_HEAD).succeed();
    }
    let series = collect();
    for (name, value) in [
        ("buckets.telemetry.dropped{handler=stuck,reason=io}[]", "6"),
        ("buckets.telemetry.dropped{handler=stuck,reason=queue_full}[]", "0"),
        ("buckets.telemetry.queue.length{handler=stuck}[]", "14"),
        ("buckets.telemetry.handler.failures{handler=broken}[]", "4"),
        ("buckets.telemetry.handler.failures{handler=stuck}[]", "0"),
        ("buckets.telemetry.suppressed.events{}[]", "0"),
        // The beginning and the end of what is in a cloud; nothing counts the other.
        ("buckets.telemetry.events{}[]", "4"),
    ] {
        assert_eq!(series.get(name).map(String::as_str), Some(value), "{name} in {series:#?}");
    }

    assert!(dispatchers[0].detach(Metrics::ID));
    assert_eq!(collect()["buckets.telemetry.queue.length{handler=stuck}[]"], "7");
}

#[test]
fn what_is_in_flight_is_right_although_the_handler_comes_late_and_leaves_early() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    let (dispatcher, metrics) = (Dispatcher::new(), Metrics::builder().provider(&provider).build());
    let (read, written) = (&names::CLOUD_READ, &names::CLOUD_INSERT);
    let scope = Scope::new(dispatcher.clone(), "uploads", "memory");
    let in_flight = |operation: &str| {
        provider.force_flush().expect("collected");
        let name = format!("buckets.operations.in_flight{{adapter=memory,cloud=uploads,operation={operation}}}[]");
        collected(&exporter)[&name].clone()
    };

    let before = Span::start(&scope, read);
    metrics.attach(&dispatcher).expect("attached");
    let during = [read, written, written].map(|name| Span::start(&scope, name));
    before.succeed();
    assert_eq!(
        (in_flight("read"), in_flight("insert")),
        ("1".into(), "2".into()),
        "an end without a beginning is none"
    );

    assert!(dispatcher.detach(Metrics::ID));
    assert_eq!((in_flight("read"), in_flight("insert")), ("0".into(), "0".into()), "nobody will tell of the ends");
    let gone = Span::start(&scope, read);
    metrics.attach(&dispatcher).expect("attached again");
    let after = Span::start(&scope, read);
    during.into_iter().chain([gone]).for_each(Span::succeed);
    assert_eq!((in_flight("read"), in_flight("insert")), ("1".into(), "0".into()));
    after.succeed();
    assert_eq!(in_flight("read"), "0");
}
