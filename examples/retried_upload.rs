//! One upload to a store that fails at first, with every event of it on the terminal.
//!
//! Chaos stands in for a bad day: the same seed is the same day. All that the layers do is told
//! under the number of the one operation that it is part of. Run it with
//! `cargo run --example retried_upload`.

use std::time::Duration;

use buckets::adapter::Memory;
use buckets::telemetry::{Dispatcher, Event};
use buckets::testing::Capture;
use buckets::{Cloud, ErrorKind, Result, Upload};
use buckets_tower::StackLayer;
use buckets_tower::retry::{Backoff, RetryPolicy};
use buckets_tower::testing::{ChaosLayer, Fault};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let dispatcher = Dispatcher::new();
    let began = dispatcher.now();
    let clock = dispatcher.clone();
    dispatcher.attach("terminal", "", move |event: &Event<'_>| {
        println!("{:>4} ms  {}", clock.now().since(began).as_millis(), line(event));
    })?;
    let capture = Capture::on(&dispatcher);

    let chaos = ChaosLayer::new(15).fault(Fault::Error(ErrorKind::Unavailable), 0.4).fault(Fault::Hang, 0.3);
    let waits = Backoff::exponential(Duration::from_millis(20), Duration::from_millis(200));
    let cloud = Cloud::builder("uploads", Memory::new())
        .layer(chaos)
        .layer(
            StackLayer::new()
                .retry(RetryPolicy::new().max_attempts(5).backoff(waits).seed(1))
                .attempt(Duration::from_millis(100)),
        )
        .dispatcher(dispatcher)
        .build();

    upload(&cloud).await?;

    // One operation of the cloud, one of the store, and the attempts within that.
    let put = capture.one("buckets.adapter.put.stop");
    let retries = capture.named("buckets.adapter.put.retry");
    assert_eq!(put.attempts, Some(1 + retries.len() as u32));
    assert!(retries.len() >= 2 && retries.iter().all(|retry| retry.span_id == put.span_id));
    capture.assert_conserved();
    Ok(())
}

async fn upload<S: buckets::store::Store>(cloud: &Cloud<S>) -> Result<()> {
    let object = cloud.insert(Upload::from_bytes("photo.jpg", vec![7; 100_000])).await?;
    println!("         stored {} bytes", object.size());
    Ok(())
}

/// The number of the operation, the event, and all it says that is not on every line.
fn line(event: &Event<'_>) -> String {
    const SAID: [&str; 5] = ["operation", "adapter", "cloud", "span_id", "parent_id"];
    let measurements = event.measurements().map(|(name, value)| format!("{name}={value}"));
    let metadata = event.metadata().filter(|(name, _)| !SAID.contains(name));
    let all: Vec<_> = measurements.chain(metadata.map(|(name, value)| format!("{name}={value}"))).collect();
    format!("#{} {:<34} {}", event.span_id(), event.full_name().to_string(), all.join(" "))
}
