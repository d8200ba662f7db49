//! Built-in metrics of what is not an operation: limits, tokens, uploads that were given up, price sheets. The same
//! numbers come out of Prometheus, StatsD and OpenTelemetry.

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::time::Duration;

use buckets::handlers::otel::Metrics;
use buckets::handlers::prometheus::Prometheus;
use buckets::handlers::statsd::StatsD;
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{Dispatcher, EventName, Field, Measurement, Number, Outcome, Scope, Span, SpanStart, Value};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};

const PATIENCE: Duration = Duration::from_secs(60);

struct Script {
    clock: ManualClock,
    cloud: Scope,
    adapter: Scope,
}

impl Script {
    fn on(dispatcher: &Dispatcher, clock: ManualClock) -> Self {
        let scope = |cloud, adapter| Scope::new(dispatcher.clone(), cloud, adapter);
        Self { clock, cloud: scope("uploads", "s3"), adapter: scope("", "s3") }
    }

    fn point(&self, scope: &Scope, name: &'static EventName, measurements: &[Measurement], fields: &[Field<'_>]) {
        // Last values are told apart by their moment.
        self.clock.advance(Duration::from_millis(1));
        scope.point(name, || SpanStart::new().root().fields(fields), measurements);
    }

    fn play(&self) {
        let waits = |name, size, waiting| {
            let measurements = [("size", Number::U64(size)), ("waiting", Number::U64(waiting))];
            self.point(&self.cloud, name, &measurements, &[]);
        };
        waits(&names::LIMIT_QUEUE_CONCURRENCY, 8, 1);
        waits(&names::LIMIT_QUEUE_CONCURRENCY, 8, 2);
        waits(&names::LIMIT_WAIT_CONCURRENCY, 8, 1);

        let orphans = |count| [("orphans", Number::U64(count))];
        self.point(&self.adapter, &names::UPLOAD_ORPHAN, &orphans(1), &[]);
        self.point(&self.adapter, &names::UPLOAD_ORPHAN, &orphans(2), &[]);
        let swept = [("aborted", Number::U64(5)), ("orphans", Number::U64(0))];
        self.point(&self.adapter, &names::UPLOAD_SWEEP, &swept, &[]);

        let expires = [("expiry", Number::F64(1_900_000_000.5))];
        Span::start(&self.adapter, &names::AUTH_TOKEN_FETCH).end_with(Outcome::Success, None, &expires, &[]);
        let error = Error::new(ErrorKind::Unauthenticated, "no such client");
        Span::start(&self.adapter, &names::AUTH_TOKEN_REFRESH).fail(&error);

        let sheet =
            [("class", Value::Str("a")), ("sheet", Value::Str("s3-standard")), ("as_of", Value::Str("2026-08-01"))];
        self.point(&self.cloud, &names::COST_REQUEST, &[("requests", Number::U64(1))], &sheet);
    }
}

type Labels = &'static [(&'static str, &'static str)];

/// What the script makes of each, by the names of the catalogue.
const EXPECTED: [(&str, Labels, f64); 8] = [
    ("buckets.concurrency.limit", &[("adapter", "s3"), ("cloud", "uploads")], 8.0),
    ("buckets.concurrency.waiting", &[("adapter", "s3"), ("cloud", "uploads")], 1.0),
    (
        "buckets.price_sheet.info",
        &[("adapter", "s3"), ("as_of", "2026-08-01"), ("cloud", "uploads"), ("sheet", "s3-standard")],
        1.0,
    ),
    ("buckets.token.expiry.timestamp", &[("adapter", "s3")], 1_900_000_000.5),
    ("buckets.token.refreshes", &[("adapter", "s3"), ("status", "error")], 1.0),
    ("buckets.token.refreshes", &[("adapter", "s3"), ("status", "success")], 1.0),
    ("buckets.upload.orphans", &[("adapter", "s3")], 2.0),
    ("buckets.upload.swept", &[("adapter", "s3")], 5.0),
];

fn series(name: &str, labels: &mut [(String, String)], value: f64) -> String {
    labels.sort();
    format!("{name} {labels:?} {value}")
}

fn expected() -> BTreeSet<String> {
    let owned = |labels: &[(&str, &str)]| -> Vec<_> {
        labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    EXPECTED.iter().map(|(name, labels, value)| series(name, &mut owned(labels), *value)).collect()
}

fn is_expected(name: &str) -> bool {
    EXPECTED.iter().any(|(expected, ..)| *expected == name)
}

fn dispatcher() -> (Dispatcher, ManualClock) {
    let clock = ManualClock::new();
    (Dispatcher::builder().clock(clock.clone()).build(), clock)
}

#[test]
fn prometheus_shows_them() {
    let (dispatcher, clock) = dispatcher();
    let metrics = Prometheus::new();
    metrics.attach(&dispatcher).expect("attached");
    Script::on(&dispatcher, clock).play();
    let page = metrics.render();
    let shown = page.lines().filter_map(|line| {
        let (series_name, rest) = line.split_once('{')?;
        let (labels, value) = rest.split_once("} ")?;
        let name = EXPECTED.iter().map(|(name, ..)| *name).find(|name| {
            let written = name.replace('.', "_");
            ["", "_total", "_seconds"].iter().any(|end| series_name.strip_suffix(end) == Some(&*written))
        })?;
        let label = |text: &str| {
            let (name, value) = text.split_once('=').expect("a label");
            (name.to_owned(), value.trim_matches('"').to_owned())
        };
        // One without value is none.
        let mut labels: Vec<_> = labels.split(',').map(label).filter(|(_, value)| !value.is_empty()).collect();
        Some(series(name, &mut labels, value.parse().expect("a number")))
    });
    // No token was cancelled, so that there is no such series.
    assert_eq!(shown.collect::<BTreeSet<_>>(), expected());
}

#[test]
fn opentelemetry_is_told_of_them() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    let (dispatcher, clock) = dispatcher();
    Metrics::builder().provider(&provider).build().attach(&dispatcher).expect("attached");
    Script::on(&dispatcher, clock).play();
    provider.force_flush().expect("collected");

    let all = exporter.get_finished_metrics().expect("it was not shut down");
    let mut told = BTreeSet::new();
    for metric in all.last().expect("a collection").scope_metrics().flat_map(|scope| scope.metrics()) {
        let mut add = |attributes: &mut dyn Iterator<Item = &opentelemetry::KeyValue>, value: f64| {
            let mut labels: Vec<_> = attributes.map(|pair| (pair.key.to_string(), pair.value.to_string())).collect();
            told.insert(series(metric.name(), &mut labels, value));
        };
        match metric.data() {
            _ if !is_expected(metric.name()) => {}
            AggregatedMetrics::U64(MetricData::Sum(sum)) => {
                sum.data_points().for_each(|point| add(&mut point.attributes(), point.value() as f64));
            }
            AggregatedMetrics::F64(MetricData::Sum(sum)) => {
                sum.data_points().for_each(|point| add(&mut point.attributes(), point.value()));
            }
            AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
                gauge.data_points().for_each(|point| add(&mut point.attributes(), point.value()));
            }
            other => panic!("{} is {other:?}", metric.name()),
        }
    }
    assert_eq!(told, expected());
}

/// What is sent is counted by event, but gauges have the names of the catalogue.
#[test]
fn statsd_is_sent_them() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let (dispatcher, clock) = dispatcher();
    let statsd = StatsD::builder().interval(PATIENCE * 60).udp(socket.local_addr().expect("bound")).expect("a socket");
    statsd.attach(&dispatcher).expect("attached");
    Script::on(&dispatcher, clock).play();
    assert!(statsd.flush(PATIENCE));
    let mut buffer = [0; 8192];
    let packets = (0..statsd.stats().packets).map(|_| {
        let len = socket.recv(&mut buffer).expect("a datagram");
        String::from_utf8_lossy(&buffer[..len]).into_owned() + "\n"
    });
    let sent: String = packets.collect();
    for line in [
        "buckets.concurrency.limit:8|g|#adapter:s3,cloud:uploads",
        "buckets.concurrency.waiting:1|g|#adapter:s3,cloud:uploads",
        "buckets.price_sheet.info:1|g|#adapter:s3,cloud:uploads,sheet:s3-standard,as_of:2026-08-01",
        "buckets.token.expiry.timestamp:1900000000.5|g|#adapter:s3",
        "buckets.auth.token.fetch.count:1|c|#adapter:s3",
        "buckets.auth.token.refresh.error:1|c|#adapter:s3,error:unauthenticated",
        "buckets.upload.orphan:2|c|#adapter:s3",
        "buckets.upload.sweep:1|c|#adapter:s3",
    ] {
        assert!(sent.lines().any(|sent| sent == line), "{line} is not in\n{sent}");
    }
    assert_eq!(sent.lines().filter(|line| line.contains("concurrency.waiting")).count(), 1, "only what is now");
}
