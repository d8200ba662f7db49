//! Metrics of costs and of what is stored are what the ledger and the inventory say.

use std::time::Duration;

use buckets::adapter::Memory;
use buckets::cost::{Budget, Ledger, Period, Tariff, sheets};
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Upload};
use buckets_tower::CostLayer;

/// The value of a series, by the whole text before it.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().expect("a number")
}

#[tokio::test]
async fn they_are_as_prometheus_is_told() {
    let (ledger, dispatcher, metrics) = (Ledger::new(), Dispatcher::new(), Prometheus::new());
    metrics.attach(&dispatcher).expect("attached");
    let tariff = Tariff::new(&sheets::GOOGLE_CLOUD_STORAGE_STANDARD_US_CENTRAL1);
    // Three puts and four gets, and nothing else.
    let budget = Budget::new("0.0000166".parse().expect("an amount"), Period::Every(Duration::MAX)).warn_at(50);
    let cloud = Cloud::builder("uploads", Memory::new())
        .layer(CostLayer::new(&ledger, &tariff).budget(budget).tenant("canary"))
        .dispatcher(dispatcher)
        .build();
    let mut object = None;
    for _ in 0..3 {
        object = Some(cloud.insert(Upload::from_bytes("a.bin", vec![7; 1])).await.expect("stored"));
    }
    let object = object.expect("three");
    for _ in 0..4 {
        cloud.exists(&object).await.expect("there is money");
    }
    cloud.exists(&object).await.expect_err("spent");
    // What is free goes on.
    cloud.delete(&object).await.expect("deleted");

    let text = metrics.render();
    let labels = |last: &str| format!(r#"{{adapter="memory",cloud="uploads",{last}}}"#);
    for (class, requests) in [("a", 3.0), ("b", 4.0), ("free", 1.0)] {
        let series = format!("buckets_billable_requests_total{}", labels(&format!(r#"class="{class}""#)));
        assert_eq!(value(&text, &series), requests, "{class}");
    }
    let cost = value(&text, &format!("buckets_estimated_cost_usd_total{}", labels(r#"component="requests""#)));
    assert!((cost / ledger.snapshot().total().as_f64() - 1.0).abs() < 1e-9, "{cost}");
    assert_eq!(value(&text, r#"buckets_budget_warnings_total{adapter="memory",cloud="uploads"}"#), 1.0);
    let refusals = r#"buckets_limit_refusals_total{limit="budget",adapter="memory",cloud="uploads"}"#;
    assert_eq!(value(&text, refusals), 1.0);
    assert!(!text.contains("canary"), "a tenant is no label");
}

#[tokio::test]
async fn what_is_stored_and_transferred_is_told_too() {
    let (ledger, dispatcher, metrics) = (Ledger::new(), Dispatcher::new(), Prometheus::new());
    metrics.attach(&dispatcher).expect("attached");
    let sheet = &sheets::GOOGLE_CLOUD_STORAGE_STANDARD_US_CENTRAL1;
    let cloud = Cloud::builder("uploads", Memory::new())
        .layer(CostLayer::new(&ledger, &Tariff::new(sheet)))
        .dispatcher(dispatcher)
        .build();
    let object = cloud.insert(Upload::from_bytes("a.bin", vec![7; 1 << 20])).await.expect("stored");
    cloud.read(object.location()).await.expect("read");
    let stock = cloud.inventory().prices([sheet]).run().await.expect("counted");
    let text = metrics.render();
    let series =
        |name: &str, last: &str| value(&text, &format!(r#"{name}{{adapter="memory",cloud="uploads",{last}}}"#));
    let stored = r#"storage_class="default""#;
    assert_eq!(series("buckets_stored_bytes", stored), stock.bytes() as f64);
    assert_eq!(series("buckets_stored_objects", stored), 1.0);
    let monthly = stock.monthly_cost(std::slice::from_ref(sheet)).as_f64();
    assert!((series("buckets_stored_monthly_cost_usd", stored) / monthly - 1.0).abs() < 1e-9);
    assert!(series("buckets_stored_scan_timestamp_seconds", stored) > 1.7e9);
    assert_eq!(series("buckets_billable_bytes_total", r#"component="egress""#), f64::from(1 << 20));
    let egress = ledger.snapshot().statements[0].egress.cost.as_f64();
    assert!((series("buckets_estimated_cost_usd_total", r#"component="egress""#) / egress - 1.0).abs() < 1e-9);
}
