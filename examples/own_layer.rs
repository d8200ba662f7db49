//! A layer of one's own: a switch that makes a store read-only while it is on.
//!
//! A store is a tower service of one request and one answer type, so this is an ordinary tower
//! layer, and goes between any others. Run it with `cargo run --example own_layer`.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use buckets::adapter::Memory;
use buckets::operation::{Op, Request};
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Error, ErrorKind, Result, Upload};
use buckets_tower::telemetry::TelemetryLayer;
use futures_util::future::Either;
use tower::{Layer, Service};

/// Whether changes are refused. Clones are the same switch.
#[derive(Clone, Debug, Default)]
struct Maintenance(Arc<AtomicBool>);

impl Maintenance {
    fn switch(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }
}

impl<S> Layer<S> for Maintenance {
    type Service = ReadOnly<S>;

    fn layer(&self, store: S) -> ReadOnly<S> {
        ReadOnly { store, switch: self.clone() }
    }
}

#[derive(Clone, Debug)]
struct ReadOnly<S> {
    store: S,
    switch: Maintenance,
}

// The errors of the store below stay what they are: it only has to be able to carry ours.
impl<S> Service<Request> for ReadOnly<S>
where
    S: Service<Request>,
    S::Error: From<Error>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<S::Response, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.store.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let changes = matches!(request.op, Op::Put(_) | Op::Delete(_) | Op::Copy(_) | Op::Custom(_));
        if changes && self.switch.0.load(Ordering::Relaxed) {
            let error = Error::new(ErrorKind::Unavailable, "the store is being maintained; try again later");
            return Either::Right(ready(Err(error.into())));
        }
        Either::Left(self.store.call(request))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    Dispatcher::global().attach(
        "printer",
        "buckets.adapter.*.exception",
        |event: &buckets::telemetry::Event<'_>| {
            println!("{} failed: {}", event.operation(), event.kind().map_or("?", ErrorKind::as_str));
        },
    )?;

    let maintenance = Maintenance::default();
    // The telemetry layer is outside, and so sees what the switch refuses.
    let cloud = Cloud::builder("notes", Memory::new()).layer(maintenance.clone()).layer(TelemetryLayer::new()).build();
    let note = cloud.insert(Upload::from_bytes("note.txt", "call Anna")).await?;

    maintenance.switch(true);
    let refused = cloud.delete(&note).await.expect_err("changes are refused");
    assert_eq!((refused.kind(), refused.is_retryable()), (ErrorKind::Unavailable, true));
    assert_eq!(cloud.read(note.location()).await?, "call Anna");

    maintenance.switch(false);
    cloud.delete(&note).await?;
    Ok(())
}
