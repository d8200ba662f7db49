//! The numbers on `/metrics` are those of what happened.

use std::time::Duration;

use buckets_tests::components::curl;
use buckets_tests::components::prometheus::Prometheus;
use buckets_tests::components::promtool;

use crate::support::{MAX_UPLOAD, Service, content};

#[tokio::test]
async fn promtool_finds_nothing_wrong_with_what_curl_gets() {
    let service = Service::start().await;
    service.store("a.txt", "x").await;
    service.get("/files/none").await;
    let page = curl::output(&["--fail", &service.url("/metrics")]);
    let page = String::from_utf8(page.stdout).expect("text");
    assert!(page.contains("buckets_operations_total{"), "{page}");
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted && verdict.output.is_empty(), "{}", verdict.output);
}

#[tokio::test]
async fn the_format_is_the_one_that_the_client_wants() {
    let service = Service::start().await;
    for (accept, expected) in [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ] {
        let response = service.client.get(service.url("/metrics")).header("accept", accept).send().await;
        assert_eq!(response.expect("an answer").headers()["content-type"], expected);
    }
}

#[tokio::test]
async fn prometheus_answers_the_two_queries_with_what_happened() {
    const STORED: u32 = 45;
    const REFUSED: u32 = 5;
    let service = Service::start().await;
    let prometheus = Prometheus::scraping(service.address(), Duration::from_millis(500)).await;
    // Once before anything happens, so that what happens is an increase.
    prometheus.wait_for_scrape().await;
    let oversized = content(MAX_UPLOAD + 1);
    for n in 0..STORED {
        service.store(&format!("{n}.bin"), content(n as usize * 1000)).await;
    }
    for _ in 0..REFUSED {
        assert_eq!(service.upload("large.bin", oversized.clone()).await.status(), 413);
    }
    prometheus.wait_for_scrape().await;

    let one = async |query: &str| {
        let [sample] = prometheus.query(query).await.try_into().unwrap_or_else(|found| panic!("{query}: {found:?}"));
        sample
    };
    let total = one("sum(buckets_operations_total{operation='insert'})").await;
    assert_eq!(total.value, f64::from(STORED + REFUSED));
    let success =
        one("sum by (cloud, adapter) (rate(buckets_operations_total{operation='insert',status='success'}[5m])) \
         / sum by (cloud, adapter) (rate(buckets_operations_total{operation='insert',status!='cancelled'}[5m]))")
        .await;
    assert!((success.value - 0.9).abs() < 1e-9, "{success:?}");
    assert_eq!((success.labels["cloud"].as_str(), success.labels["adapter"].as_str()), ("files", "volume"));

    let p95 = one(
        "histogram_quantile(0.95, sum by (le, cloud) (rate(buckets_operation_duration_seconds_bucket{operation='insert'}[5m])))",
    )
    .await;
    let expected = quantile(0.95, &buckets(&service).await);
    assert!((p95.value - expected).abs() < 1e-9, "{} is not {expected}", p95.value);

    let stored = f64::from((0..STORED).sum::<u32>() * 1000);
    assert_eq!(one("sum(buckets_object_size_bytes_sum{operation='insert'})").await.value, stored);
    // What was refused moved, too, up to the limit.
    let transferred = one("sum(buckets_transferred_bytes_total{operation='insert'})").await.value;
    let most = stored + f64::from(REFUSED) * oversized.len() as f64;
    assert!(stored < transferred && transferred <= most, "{transferred} is not between {stored} and {most}");
}

/// The buckets of the durations of inserts: upper bound and cumulative count.
async fn buckets(service: &Service) -> Vec<(f64, f64)> {
    let page = service.get("/metrics").await.text().await.expect("text");
    let lines = page.lines().filter(|line| {
        line.starts_with("buckets_operation_duration_seconds_bucket{") && line.contains("operation=\"insert\"")
    });
    let bucket = |line: &str| {
        let bound = line.split("le=\"").nth(1)?.split('"').next()?.parse().ok()?;
        Some((bound, line.rsplit(' ').next()?.parse().ok()?))
    };
    lines.filter_map(bucket).collect()
}

/// The quantile as Prometheus takes it from a histogram: linear within the bucket that it falls into.
fn quantile(q: f64, buckets: &[(f64, f64)]) -> f64 {
    let rank = q * buckets.last().expect("a bucket").1;
    let place = buckets.iter().position(|(_, count)| *count >= rank).expect("a bucket of the rank");
    let (bound, count) = buckets[place];
    let (lower, below) = place.checked_sub(1).map_or((0.0, 0.0), |before| buckets[before]);
    lower + (bound - lower) * (rank - below) / (count - below)
}
