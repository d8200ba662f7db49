//! From a panic in a program to somebody who is told: all of it real.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use buckets::adapter::Memory;
use buckets::handlers::prometheus::Prometheus as Metrics;
use buckets::telemetry::{Dispatcher, Event};
use buckets::{Cloud, Upload};
use buckets_tests::components::alertmanager::Alertmanager;
use buckets_tests::components::process::{PATIENCE, until};
use buckets_tests::components::prometheus::Prometheus;
use buckets_tests::monitoring::folder;
use serde_json::Value;

use super::serve;

/// What was told, by the path of the receiver.
type Told = Arc<Mutex<Vec<(&'static str, Value)>>>;

#[tokio::test]
async fn an_alert_reaches_the_receiver_that_it_is_for() {
    let told = Told::default();
    let receivers = serve(receivers(&told)).await;
    let alertmanager = Alertmanager::start(&config(receivers)).await;

    let (dispatcher, metrics) = (Dispatcher::new(), Metrics::new());
    metrics.attach(&dispatcher).expect("attached");
    let panics = |_: &Event<'_>| std::panic::resume_unwind(Box::new("as the test says"));
    dispatcher.attach("broken", "buckets.cloud.insert.stop", panics).expect("attached");
    let cloud = Cloud::builder("uploads", Memory::new()).dispatcher(dispatcher).build();
    let target = serve(Router::new().route("/metrics", buckets_tower::axum::metrics(metrics))).await;

    let rules = folder().join("rules.yml");
    let interval = Duration::from_millis(500);
    let prometheus = Prometheus::with_rules(target, interval, &rules, Some(alertmanager.address())).await;
    // Once before anything happens, so that what happens is an increase.
    prometheus.wait_for_scrape().await;
    cloud.insert(Upload::from_bytes("a.txt", "content")).await.expect("stored");

    let (receiver, message) = until("an alert", PATIENCE, async || {
        let told = told.lock().expect("the messages");
        told.first().cloned().ok_or_else(|| "nobody was told of anything".to_owned())
    })
    .await;
    assert_eq!(receiver, "tickets", "{message}");
    let alert = &message["alerts"][0];
    assert_eq!(alert["status"], "firing");
    assert_eq!(alert["labels"]["alertname"], "BucketsHandlerFails");
    assert_eq!(alert["labels"]["handler"], "broken");
    assert_eq!(
        alert["annotations"]["summary"],
        "The telemetry handler broken of buckets panics: what it tells is not complete."
    );
}

/// The example of a configuration, but for where the receivers are, and without waiting for more alerts.
fn config(receivers: SocketAddr) -> String {
    let config = std::fs::read_to_string(folder().join("alertmanager.yml")).expect("the configuration");
    assert!(config.contains("127.0.0.1:8080") && config.contains("group_wait: 30s"));
    config.replace("127.0.0.1:8080", &receivers.to_string()).replace("group_wait: 30s", "group_wait: 0s")
}

fn receivers(told: &Told) -> Router {
    let receiver = |path: &'static str| {
        let told = Arc::clone(told);
        post(async move |Json(message): Json<Value>| told.lock().expect("the messages").push((path, message)))
    };
    Router::new().route("/tickets", receiver("tickets")).route("/on-call", receiver("on-call"))
}
