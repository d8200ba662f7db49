//! One program, scraped by Prometheus and sending to VictoriaMetrics: both answer the same.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use buckets::adapter::Memory;
use buckets::handlers::otel::Metrics;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Key, Upload};
use buckets_tests::components::prometheus::{Prometheus as Server, Sample};
use buckets_tests::components::victoria::VictoriaMetrics;
use buckets_tower::TelemetryLayer;
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// OpenTelemetry has no histogram without a measurement, where Prometheus is shown one of zeros.
const QUERIES: [&str; 9] = [
    "sum by (operation, status, adapter, cloud) (buckets_operations_total)",
    "sum by (operation, kind) (buckets_operation_errors_total)",
    "sum by (operation, le) (buckets_operation_duration_seconds_bucket) > 0",
    "histogram_quantile(0.95, sum by (le) (buckets_operation_duration_seconds_bucket))",
    "sum by (operation) (buckets_operation_duration_seconds_sum) > 0",
    "sum by (operation, direction) (buckets_transferred_bytes_total)",
    "sum by (operation) (buckets_operations_in_flight)",
    "sum by (operation) (buckets_last_success_timestamp_seconds)",
    "sum by (operation, status) (buckets_adapter_operations_total)",
];

/// What is queried, by labels; two servers write them in different orders, and Prometheus rounds a bound.
fn answers(samples: &[Sample]) -> BTreeMap<String, f64> {
    let labels = |sample: &Sample| {
        let labels = sample.labels.iter().filter(|(_, value)| !value.is_empty());
        let value = |name: &str, value: &str| match value.parse::<f64>() {
            Ok(bound) if name == "le" => bound.to_string(),
            _ => value.to_owned(),
        };
        labels.map(|(name, text)| format!("{name}={}", value(name, text))).collect::<Vec<_>>().join(",")
    };
    samples.iter().map(|sample| (labels(sample), sample.value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_query_has_the_same_answer() {
    let victoria = VictoriaMetrics::start().await;
    let endpoint = victoria.endpoint();
    let exporter = tokio::task::spawn_blocking(|| {
        let http = MetricExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        http.with_endpoint(endpoint).build().expect("an exporter")
    });
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.await.expect("no panic")).build();

    let dispatcher = Dispatcher::new();
    let scraped = Prometheus::new();
    scraped.attach(&dispatcher).expect("attached");
    Metrics::builder().provider(&provider).build().attach(&dispatcher).expect("attached");
    let cloud = Cloud::builder("uploads", Memory::new()).layer(TelemetryLayer::new()).dispatcher(dispatcher).build();
    for turn in 0..7 {
        let object = cloud.insert(Upload::from_bytes("a.txt", vec![0; 100 * turn])).await.expect("room");
        let _ = cloud.read(object.location()).await.expect("it is there");
    }
    let missing = Key::new("missing.txt").expect("valid");
    cloud.read(&missing).await.expect_err("it is not there");

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let page = Router::new().route("/metrics", get(move || std::future::ready(scraped.render())));
    tokio::spawn(async move { axum::serve(listener, page).await });
    let prometheus = Server::scraping(address, Duration::from_millis(500)).await;
    prometheus.wait_for_scrape().await;
    tokio::task::spawn_blocking(move || provider.shutdown().expect("the server takes metrics"))
        .await
        .expect("no panic");

    for query in QUERIES {
        let expected = answers(&prometheus.query(query).await);
        assert!(!expected.is_empty(), "{query} has no answer");
        let is_same = |samples: &[Sample]| {
            let there = answers(samples);
            there.len() == expected.len()
                && expected.iter().all(|(labels, value)| {
                    // Sums of floats, and times on the wire, differ in the last digits.
                    there.get(labels).is_some_and(|other| (other - value).abs() <= 1e-6 * value.abs().max(1e-3))
                })
        };
        victoria.api().query_until(query, |samples| is_same(samples)).await;
        println!("{query}: {} series", expected.len());
    }
}
