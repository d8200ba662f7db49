//! Links from numbers to traces.

use std::time::Duration;

use axum::Router;
use buckets::handlers::prometheus::{Exemplar, Prometheus};
use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag, names};
use buckets::telemetry::{Dispatcher, Event, Outcome, Scope, Span, SpanStart};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind};
use buckets_tests::components::prometheus::Prometheus as Server;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";

/// The trace of inserts; nothing else is traced.
fn trace(event: &Event<'_>) -> Option<Exemplar> {
    let trace = u128::from_str_radix(TRACE, 16).expect("hexadecimal");
    (event.operation() == "insert").then(|| Exemplar::new(trace).span(event.span_id().get()))
}

struct Traced {
    metrics: Prometheus,
    scope: Scope,
    clock: ManualClock,
}

impl Traced {
    fn new(clock: ManualClock) -> Self {
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        let metrics = Prometheus::builder().exemplars(trace).build();
        metrics.attach(&dispatcher).expect("attached");
        Self { metrics, scope: Scope::new(dispatcher, "uploads", "memory"), clock }
    }

    fn insert(&self, millis: u64, outcome: Outcome) -> String {
        let span = Span::start(&self.scope, &names::CLOUD_INSERT);
        let id = format!("{:016x}", span.id().expect("somebody listens").get());
        self.clock.advance(Duration::from_millis(millis));
        match outcome {
            Outcome::Error(kind) => span.fail(&Error::new(kind, "it failed")),
            _ => span.succeed(),
        }
        id
    }
}

#[test]
fn a_bucket_has_the_last_trace_that_went_into_it_and_a_counter_too() {
    let traced = Traced::new(ManualClock::new());
    traced.insert(20, Outcome::Success);
    let last = traced.insert(30, Outcome::Success);
    let slow = traced.insert(700, Outcome::Success);
    let failed = traced.insert(9, Outcome::Error(ErrorKind::Timeout));
    Span::start(&traced.scope, &names::CLOUD_DELETE).succeed();

    let (_, page) = traced.metrics.render_for(OPEN_METRICS);
    let page = str::from_utf8(&page).expect("text");
    let labels = r#"operation="insert",adapter="memory",cloud="uploads""#;
    let exemplar = |series: &str| {
        let line = page.lines().find(|line| line.starts_with(series)).unwrap_or_else(|| panic!("no {series}"));
        line.split_once(" # ").map(|(_, exemplar)| exemplar.rsplit_once(' ').expect("a time").0.to_owned())
    };
    let bucket =
        |bound: &str| exemplar(&format!(r#"buckets_operation_duration_seconds_bucket{{le="{bound}",{labels}}}"#));
    let of = |span: &str, value: &str| Some(format!("{{trace_id=\"{TRACE}\",span_id=\"{span}\"}} {value}"));
    assert_eq!(bucket("0.05"), of(&last, "0.03"));
    assert_eq!(bucket("1.0"), of(&slow, "0.7"));
    assert_eq!((bucket("0.01"), bucket("+Inf")), (None, None));
    assert_eq!(exemplar(&format!(r#"buckets_operation_errors_total{{{labels},kind="timeout"}}"#)), of(&failed, "1.0"));
    assert!(page.lines().filter(|line| line.contains("operation=\"delete\"")).all(|line| !line.contains(" # ")));
    assert!(!traced.metrics.render().contains(TRACE), "the classic text has no exemplars");
}

#[test]
fn series_told_apart_by_metadata_have_traces_of_their_own() {
    const INSERTED: &[&str] = &["buckets.cloud.insert.stop"];
    let by_type = &[Tag::Field("content_type")];
    let set = MetricSet::new([
        MetricDefinition::counter("shop.uploads", INSERTED).tags(by_type).help("Uploads."),
        MetricDefinition::distribution("shop.upload.wait", "duration", INSERTED)
            .tags(by_type)
            .bounds(&[0.5])
            .help("Durations."),
    ]);
    let dispatcher = Dispatcher::builder().clock(ManualClock::new()).build();
    let metrics = Prometheus::builder().metrics(&set.expect("sound")).exemplars(trace).build();
    metrics.attach(&dispatcher).expect("attached");
    let scope = Scope::new(dispatcher, "uploads", "memory");
    let insert = |content_type| {
        let span = Span::start_with(&scope, &names::CLOUD_INSERT, || SpanStart::new().content_type(Some(content_type)));
        let id = format!("{:016x}", span.id().expect("somebody listens").get());
        span.succeed();
        id
    };
    let (_first, image, text) = (insert("image/png"), insert("image/gif"), insert("text/plain"));
    let (_, page) = metrics.render_for(OPEN_METRICS);
    let page = str::from_utf8(&page).expect("text");
    for (content_type, span) in [("image", image), ("text", text)] {
        for series in [
            format!(r#"shop_uploads_total{{content_type="{content_type}"}}"#),
            format!(r#"shop_upload_wait_seconds_bucket{{le="0.5",content_type="{content_type}"}}"#),
        ] {
            let line = page.lines().find(|line| line.starts_with(&series)).unwrap_or_else(|| panic!("no {series}"));
            assert!(line.contains(&format!("span_id=\"{span}\"")), "{line}");
        }
    }
}

#[tokio::test]
async fn a_real_prometheus_keeps_the_traces() {
    // It refuses exemplars from another time than its own.
    let traced = Traced::new(ManualClock::starting_at(std::time::SystemTime::now()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let app = Router::new().route("/metrics", buckets_tower::axum::metrics(traced.metrics.clone()));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let span = traced.insert(20, Outcome::Success);
    let prometheus = Server::scraping(address, Duration::from_millis(100)).await;
    prometheus.wait_for_scrape().await;
    let found = prometheus.exemplars("buckets_operation_duration_seconds_bucket").await;
    assert!(found.contains(TRACE) && found.contains(&span), "{found}");
}
