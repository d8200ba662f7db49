//! The first lines of an application: a cloud on the local disk, observed.
//!
//! Run it with `cargo run --example quickstart`.

use buckets::adapter::Volume;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Upload};
use buckets_tower::telemetry::TelemetryLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let metrics = Prometheus::new();
    metrics.attach(&Dispatcher::global())?;
    let folder = tempfile::tempdir()?; // yours: "/srv/files"
    let cloud = Cloud::builder("uploads", Volume::open(folder.path()).await?).layer(TelemetryLayer::new()).build();

    let object = cloud.insert(Upload::from_bytes("hello.txt", "Hello!")).await?;
    assert_eq!(cloud.read(object.location()).await?, "Hello!");
    println!("{}", metrics.render());
    Ok(())
}
