//! What Sentry is told of a store that fails: one report with its attempts, and of many equal ones a few.
//!
//! The reports are printed in place of being sent. Run it with `cargo run --example error_tracking`.

use std::sync::Arc;

use buckets::adapter::Memory;
use buckets::handlers::sentry::Sentry;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, ErrorKind, Upload};
use buckets_tower::retry::RetryPolicy;
use buckets_tower::testing::{ChaosLayer, Fault};
use buckets_tower::{RetryLayer, TelemetryLayer};
use sentry::{ClientOptions, Envelope, Transport};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // An application has a DSN of its own, and leaves the transport alone.
    let options = ClientOptions::new().dsn("https://public@sentry.invalid/1").transport(Arc::new(Terminal));
    let _guard = sentry::init(options);
    let reports = Sentry::new();
    reports.attach(&Dispatcher::global())?;

    let failing = ChaosLayer::new(1).fault(Fault::Error(ErrorKind::Unavailable), 1.0);
    let cloud = Cloud::builder("uploads", Memory::new())
        .layer(failing)
        .layer(RetryLayer::new(RetryPolicy::new().max_attempts(3)))
        .layer(TelemetryLayer::new())
        .build();

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        for _ in 0..100 {
            let photo = Upload::from_bytes("photo.jpg", "...");
            cloud.insert(photo).await.expect_err("the store is down");
        }
    });
    println!("{} more were not reported", reports.suppressed());
    assert_eq!(reports.suppressed(), 95);
    Ok(())
}

/// Prints reports in place of sending them.
struct Terminal;

impl Transport for Terminal {
    fn send_envelope(&self, envelope: Envelope) {
        let Some(report) = envelope.event() else { return };
        for exception in &report.exception {
            println!("{:?}: {}: {}", report.level, exception.ty, exception.value.as_deref().unwrap_or_default());
        }
        println!("    issue    {}", report.fingerprint.join(" / "));
        for step in &report.breadcrumbs {
            println!("    step     {}", step.category.as_deref().unwrap_or_default());
        }
        for (tag, value) in &report.tags {
            println!("    tag      {tag} = {value}");
        }
    }
}
