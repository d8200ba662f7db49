//! How metrics are written down, and what a real Prometheus makes of that.

use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::routing::get;
use buckets::ErrorKind;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::catalogue::{Bounds, names};
use buckets_tests::components::prometheus::Prometheus as Server;
use buckets_tests::components::promtool;

use super::Metered;

/// The lines of the metrics that the seed names, for one operation.
fn golden(page: &str) -> String {
    let families = ["buckets_operation_duration_seconds", "buckets_operations "];
    let wanted = |line: &&str| {
        let name = line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ").trim_start_matches("# UNIT ");
        let is_ours = name.starts_with(families[0])
            || name.starts_with("buckets_operations_total")
            || name.starts_with(families[1]);
        is_ours && (line.starts_with('#') || line.contains(r#"operation="insert""#))
    };
    page.lines().filter(wanted).map(|line| format!("{line}\n")).collect()
}

const SAMPLES: [&str; 2] = [
    r#"buckets_operation_duration_seconds_sum{operation="insert",adapter="memory",cloud="uploads"} 0.27
buckets_operation_duration_seconds_count{operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="0.01",operation="insert",adapter="memory",cloud="uploads"} 1
buckets_operation_duration_seconds_bucket{le="0.05",operation="insert",adapter="memory",cloud="uploads"} 1
buckets_operation_duration_seconds_bucket{le="0.1",operation="insert",adapter="memory",cloud="uploads"} 2
buckets_operation_duration_seconds_bucket{le="0.5",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="1.0",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="5.0",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="10.0",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="+Inf",operation="insert",adapter="memory",cloud="uploads"} 3
"#,
    r#"buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="cancelled"} 0
buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="error"} 1
buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="success"} 3
"#,
];

#[test]
fn the_metrics_of_the_guide_are_written_as_ever() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    for millis in [10, 60, 200] {
        metered.succeed(&scope, &names::CLOUD_INSERT, millis);
    }
    metered.fail(&scope, &names::CLOUD_INSERT, 9_000, ErrorKind::Unavailable);

    let [durations, totals] = SAMPLES;
    let text = format!(
        "# HELP buckets_operation_duration_seconds Duration of cloud operations that succeeded.\n\
         # TYPE buckets_operation_duration_seconds histogram\n{durations}\
         # HELP buckets_operations_total Cloud operations that ended, by how they ended.\n\
         # TYPE buckets_operations_total counter\n{totals}"
    );
    let page = metered.metrics.render();
    assert_eq!(golden(&page), text);
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted, "{}", verdict.output);

    let open_metrics = format!(
        "# HELP buckets_operation_duration_seconds Duration of cloud operations that succeeded.\n\
         # TYPE buckets_operation_duration_seconds histogram\n\
         # UNIT buckets_operation_duration_seconds seconds\n{durations}\
         # HELP buckets_operations Cloud operations that ended, by how they ended.\n\
         # TYPE buckets_operations counter\n{totals}"
    );
    let (content_type, page) = metered.metrics.render_for("application/openmetrics-text; version=1.0.0");
    let page = str::from_utf8(&page).expect("text");
    assert_eq!(golden(page), open_metrics);
    assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(page.ends_with("# EOF\n"));
    assert_eq!(
        metered.metrics.render_for("*/*"),
        ("text/plain; version=0.0.4; charset=utf-8", metered.metrics.render().into())
    );
}

#[test]
fn durations_can_have_other_bounds() {
    let metered = Metered::with(Prometheus::builder().duration_bounds(Bounds::wide()).build());
    let scope = metered.scope("uploads");
    metered.succeed(&scope, &names::CLOUD_LOAD, 45_000);
    let series = |bound: &str| {
        format!(
            r#"buckets_operation_duration_seconds_bucket{{le="{bound}",operation="load",adapter="memory",cloud="uploads"}}"#
        )
    };
    metered.assert_all(&[(&series("30.0"), "0"), (&series("60.0"), "1"), (&series("0.01"), "0")]);
}

#[tokio::test]
async fn a_real_prometheus_answers_the_questions_of_the_guide() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    let metrics = metered.metrics.clone();
    let page = get(async move |headers: HeaderMap| {
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (content_type, body) = metrics.render_for(accept);
        ([(CONTENT_TYPE, content_type)], body)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/metrics", page)).await });
    let prometheus = Server::scraping(address, Duration::from_millis(100)).await;
    // It must have seen the zeros, to know that all that follows is new.
    prometheus.wait_for_scrape().await;

    for turn in 0..100 {
        match turn % 10 {
            0 => metered.fail(&scope, &names::CLOUD_INSERT, 30_000, ErrorKind::Timeout),
            1 => metered.succeed(&scope, &names::CLOUD_INSERT, 300),
            _ => metered.succeed(&scope, &names::CLOUD_INSERT, 20),
        }
    }
    for _ in 0..7 {
        drop(metered.span(&scope, &names::CLOUD_INSERT, 1));
    }
    prometheus.wait_for_scrape().await;

    let one = async |query: &str| -> f64 {
        let samples = prometheus.query(query).await;
        assert_eq!(samples.len(), 1, "{query}: {samples:?}");
        samples[0].value
    };
    for (status, count) in [("success", 90.0), ("error", 10.0), ("cancelled", 7.0)] {
        let query = format!(r#"buckets_operations_total{{operation="insert",cloud="uploads",status="{status}"}}"#);
        assert_eq!(one(&query).await, count, "{status}");
    }
    let success_rate =
        one(r#"sum by (cloud, adapter) (rate(buckets_operations_total{operation="insert",status="success"}[5m]))
         / sum by (cloud, adapter) (rate(buckets_operations_total{operation="insert",status!="cancelled"}[5m]))"#);
    assert!((success_rate.await - 0.9).abs() < 1e-9);
    let p95 = one(r#"histogram_quantile(0.95,
             rate(buckets_operation_duration_seconds_bucket{operation="insert"}[5m])
           )"#);
    // 80 of the 90 took less than 0.1 s, the others up to 0.5 s: number 85.5 is 5.5 tenths of the way.
    assert!((p95.await - 0.32).abs() < 1e-9);
}
