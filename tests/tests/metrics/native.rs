//! Native histograms: what is written of them, and what a real Prometheus makes of that.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use buckets::handlers::prometheus::{Exemplar, Prometheus};
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{Dispatcher, Event, Scope, Span};
use buckets::testing::ManualClock;
use buckets_tests::components::prometheus::Prometheus as Server;
use num_bigint::BigUint;
use proptest::prelude::*;
use prost::Message;

const PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
const DURATIONS: &str = "buckets_operation_duration_seconds";
const SIZES: &str = "buckets_object_size_bytes";

/// The messages as this test knows them, from their specification.
mod message {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Family {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(int32, tag = "3")]
        pub(super) kind: i32,
        #[prost(message, repeated, tag = "4")]
        pub(super) series: Vec<Series>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Series {
        #[prost(message, repeated, tag = "1")]
        pub(super) labels: Vec<Label>,
        #[prost(message, optional, tag = "3")]
        pub(super) counter: Option<Counter>,
        #[prost(message, optional, tag = "7")]
        pub(super) histogram: Option<Histogram>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Label {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(string, tag = "2")]
        pub(super) value: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Counter {
        #[prost(double, tag = "1")]
        pub(super) value: f64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Histogram {
        #[prost(uint64, tag = "1")]
        pub(super) count: u64,
        #[prost(double, tag = "2")]
        pub(super) sum: f64,
        #[prost(message, repeated, tag = "3")]
        pub(super) buckets: Vec<Bucket>,
        #[prost(sint32, tag = "5")]
        pub(super) schema: i32,
        #[prost(double, tag = "6")]
        pub(super) zero_threshold: f64,
        #[prost(uint64, tag = "7")]
        pub(super) zero_count: u64,
        #[prost(message, repeated, tag = "12")]
        pub(super) spans: Vec<Span>,
        #[prost(sint64, repeated, tag = "13")]
        pub(super) deltas: Vec<i64>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Bucket {
        #[prost(uint64, tag = "1")]
        pub(super) cumulative_count: u64,
        #[prost(double, tag = "2")]
        pub(super) upper_bound: f64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Span {
        #[prost(sint32, tag = "1")]
        pub(super) offset: i32,
        #[prost(uint32, tag = "2")]
        pub(super) length: u32,
    }
}

struct Metered {
    metrics: Prometheus,
    scope: Scope,
    clock: ManualClock,
}

impl Metered {
    fn new(metrics: Prometheus) -> Self {
        Self::on(ManualClock::new(), metrics)
    }

    fn on(clock: ManualClock, metrics: Prometheus) -> Self {
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        metrics.attach(&dispatcher).expect("attached");
        Self { metrics, scope: Scope::new(dispatcher, "uploads", "memory"), clock }
    }

    fn insert(&self, duration: Duration, bytes: u64) {
        let mut span = Span::start(&self.scope, &names::CLOUD_INSERT);
        span.add_bytes(bytes);
        self.clock.advance(duration);
        span.succeed();
    }

    fn families(&self) -> BTreeMap<String, message::Family> {
        let (content_type, body) = self.metrics.render_for(PROTOBUF);
        assert_eq!(
            content_type,
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
        );
        let (mut rest, mut families) = (body, BTreeMap::new());
        while !rest.is_empty() {
            let family = message::Family::decode_length_delimited(&mut rest).expect("a message");
            assert!(families.insert(family.name.clone(), family).is_none(), "a family is there twice");
        }
        families
    }

    /// The histogram of inserts.
    fn histogram(&self, name: &str) -> message::Histogram {
        let family = self.families().remove(name).expect(name);
        let is_insert = |label: &message::Label| label.name == "operation" && label.value == "insert";
        let found = family.series.into_iter().find(|series| series.labels.iter().any(is_insert));
        found.and_then(|series| series.histogram).expect("a histogram of inserts")
    }
}

/// The counts of the buckets by their index, by the rules of the format: the first offset is an index, the others are
/// distances, and each delta is from the bucket before.
fn counts(histogram: &message::Histogram) -> BTreeMap<i32, u64> {
    let (mut counts, mut index, mut count) = (BTreeMap::new(), 0, 0);
    let mut deltas = histogram.deltas.iter();
    for span in &histogram.spans {
        index += span.offset;
        for _ in 0..span.length {
            count += deltas.next().expect("a delta for each bucket");
            counts.insert(index, u64::try_from(count).expect("no count is negative"));
            index += 1;
        }
    }
    assert_eq!(deltas.next(), None, "a bucket for each delta");
    counts.retain(|_, count| *count > 0);
    counts
}

/// Whether `value`, in units of which `per_one` make one, is in the bucket that ends at 2^(index/8), by whole numbers:
/// `value^8 <= 2^index * per_one^8`, and not so of the bucket before.
fn is_in(index: i32, value: u64, per_one: u64) -> bool {
    let ends_at = |index: i32| {
        let (value, one) = (BigUint::from(value).pow(8), BigUint::from(per_one).pow(8));
        let (up, down) = (index.max(0).unsigned_abs(), index.min(0).unsigned_abs());
        (value << down).cmp(&(one << up))
    };
    ends_at(index).is_le() && ends_at(index - 1).is_gt()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_measurement_is_in_the_bucket_that_whole_numbers_say(
        // Of all magnitudes alike.
        durations in prop::collection::vec((0_u32..63, any::<u64>()).prop_map(|(shift, bits)| bits >> 1 >> shift), 1..40),
        sizes in prop::collection::vec((0_u32..64, any::<u64>()).prop_map(|(shift, bits)| bits >> shift), 1..40),
    ) {
        // What moves the clock too far stops it.
        let mut left = u64::MAX / 4;
        let durations: Vec<_> = durations.into_iter().filter(|nanos| left.checked_sub(*nanos).map(|rest| left = rest).is_some()).collect();
        let metered = Metered::new(Prometheus::builder().native_histograms().build());
        for nanos in &durations {
            metered.insert(Duration::from_nanos(*nanos), 0);
        }
        let durations_told = metered.histogram(DURATIONS);
        let metered = Metered::new(Prometheus::builder().native_histograms().build());
        for bytes in &sizes {
            metered.insert(Duration::ZERO, *bytes);
        }
        let sizes_told = metered.histogram(SIZES);
        for (told, values, per_one) in [(durations_told, durations, 1_000_000_000), (sizes_told, sizes, 1)] {
            prop_assert_eq!(told.schema, 3);
            prop_assert_eq!(told.zero_threshold, 2.0_f64.powi(-128));
            prop_assert_eq!(told.zero_count, values.iter().filter(|value| **value == 0).count() as u64);
            let counts = counts(&told);
            prop_assert_eq!(told.count, told.zero_count + counts.values().sum::<u64>());
            prop_assert_eq!(told.count, values.len() as u64);
            for (index, count) in counts {
                let within = values.iter().filter(|value| is_in(index, **value, per_one)).count();
                prop_assert_eq!(count, within as u64, "bucket {}", index);
            }
            // The classic buckets are there beside them.
            let last = told.buckets.last().expect("a bucket without bound");
            prop_assert_eq!((last.upper_bound, last.cumulative_count), (f64::INFINITY, told.count));
        }
    }
}

#[test]
fn only_who_asks_for_native_histograms_gets_protobuf() {
    let metered = Metered::new(Prometheus::new());
    metered.insert(Duration::from_millis(20), 9);
    let (content_type, _) = metered.metrics.render_for(PROTOBUF);
    assert!(content_type.starts_with("text/plain"), "{content_type}");

    let native = Metered::new(Prometheus::builder().native_histograms().build());
    native.insert(Duration::from_millis(20), 9);
    assert!(native.metrics.render() == metered.metrics.render(), "texts have what they ever had");
}

#[test]
fn everything_of_the_text_is_in_the_messages() {
    let metered = Metered::new(Prometheus::builder().native_histograms().build());
    metered.insert(Duration::from_millis(20), 9);
    let families = metered.families();
    let page = metered.metrics.render();
    let declared: BTreeMap<_, _> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    assert_eq!(families.keys().map(String::as_str).collect::<Vec<_>>(), declared.keys().copied().collect::<Vec<_>>());
    for (name, kind) in declared {
        let expected = ["counter", "gauge", "summary", "untyped", "histogram"][families[name].kind as usize];
        assert_eq!(kind, expected, "{name}");
        let ours = families[name].series.len();
        let lines = page.lines().filter(|line| {
            let rest = line.strip_prefix(name).map(|rest| rest.strip_prefix("_count").unwrap_or(rest));
            rest.is_some_and(|rest| rest.starts_with('{') || rest.starts_with(' '))
        });
        assert_eq!(lines.count(), ours, "{name}");
    }
    let succeeded = families["buckets_operations_total"].series.iter().find(|series| {
        let has =
            |name: &str, value: &str| series.labels.iter().any(|label| label.name == name && label.value == value);
        has("operation", "insert") && has("status", "success")
    });
    assert_eq!(succeeded.and_then(|series| series.counter.as_ref()).map(|counter| counter.value), Some(1.0));
}

#[test]
fn recording_allocates_nothing_where_something_was_measured_before() {
    let metered = Metered::new(Prometheus::builder().native_histograms().build());
    let work = || metered.insert(Duration::from_millis(20), 9_000);
    work();
    assert_eq!(allocation_counter::measure(work).count_total, 0);
}

#[test]
fn threads_at_once_lose_nothing() {
    let metered = Metered::new(Prometheus::builder().native_histograms().build());
    std::thread::scope(|threads| {
        for thread in 0..4_u64 {
            let scope = &metered.scope;
            threads.spawn(move || {
                for _ in 0..1_000 {
                    let mut span = Span::start(scope, &names::CLOUD_INSERT);
                    span.add_bytes(1 << thread);
                    span.succeed();
                }
            });
        }
    });
    assert_eq!(counts(&metered.histogram(SIZES)), [0, 8, 16, 24].map(|index| (index, 1_000)).into());
}

#[tokio::test]
async fn a_real_prometheus_answers_from_them_what_the_data_says() {
    let exemplar = |_: &Event<'_>| Some(Exemplar::new(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c));
    // It refuses exemplars from another time than its own.
    let clock = ManualClock::starting_at(std::time::SystemTime::now());
    let metered = Metered::on(clock, Prometheus::builder().native_histograms().exemplars(exemplar).build());
    let app = Router::new().route("/metrics", buckets_tower::axum::metrics(metered.metrics.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let prometheus = Server::scraping(address, Duration::from_millis(100)).await;
    // It must have seen the zeros, to know that all that follows is new.
    prometheus.wait_for_scrape().await;

    // From 1 ms to 2 minutes, most of them fast: nothing the classic buckets have bounds for.
    let mut millis: Vec<u64> = (1..=1_000).map(|turn: u64| 1 + turn.pow(3) * 120_000 / 1_000_000_000).collect();
    for duration in &millis {
        metered.insert(Duration::from_millis(*duration), 1 << 20);
    }
    millis.sort_unstable();
    prometheus.wait_for_scrape().await;

    let one = async |query: String| -> f64 {
        let samples = prometheus.query(&query).await;
        assert_eq!(samples.len(), 1, "{query}: {samples:?}");
        samples[0].value
    };
    let rate = format!(r#"sum(rate({DURATIONS}{{operation="insert"}}[5m]))"#);
    for quantile in [0.05, 0.5, 0.95, 0.99] {
        let answer = one(format!("histogram_quantile({quantile}, {rate})")).await;
        let exact = millis[(quantile * 1_000.0) as usize - 1] as f64 / 1e3;
        // As far apart as the bounds of a bucket are.
        let ratio = answer / exact;
        assert!((1.0 / 1.0906..1.0906).contains(&ratio), "{quantile}: {answer} for {exact}");
    }
    // A second is a bound, so this is exact; a rate over samples is extrapolated alike above and below the line.
    let fast = millis.iter().filter(|millis| **millis <= 1_000).count() as f64 / 1_000.0;
    let share = one(format!("histogram_fraction(0, 1, {rate})")).await;
    assert!((share - fast).abs() < 1e-9, "{share} for {fast}");
    let inserts = r#"{operation="insert"}"#;
    assert_eq!(one(format!("histogram_count({DURATIONS}{inserts})")).await, 1_000.0);
    let sum = millis.iter().sum::<u64>() as f64 / 1e3;
    assert!((one(format!("histogram_sum({DURATIONS}{inserts})")).await - sum).abs() < 1e-6);
    assert_eq!(one(format!("histogram_sum({SIZES}{inserts})")).await, 1_000.0 * 1_048_576.0);
    let ended = r#"buckets_operations_total{operation="insert",status="success"}"#;
    assert_eq!(one(ended.into()).await, 1_000.0, "what is no histogram is there as ever");
    let traces = prometheus.exemplars(DURATIONS).await;
    assert!(traces.contains("0af7651916cd43dd8448eb211c80319c"), "{traces}");
}
