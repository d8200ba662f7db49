//! Trying again: what, when, how often, and what is told of it.

mod budget;
mod create_only;
mod flaky;
mod foreign;
mod resume;
mod told;
mod waits;
mod which;

use std::time::Duration;

use buckets::operation::{Get, Head, Put, Request};
use buckets::telemetry::Scope;
use buckets::testing::Capture;
use buckets::{Key, body::PutBody};
use buckets_tower::retry::{Retry, RetryPolicy};
use buckets_tower::{RetryLayer, Telemetry, TelemetryLayer};
use flaky::{Behaviour, Flaky};
use tower::ServiceBuilder;

const CONTENT: &str = "0123456789";

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn key() -> Key {
    Key::new("a/b").expect("valid")
}

fn head() -> Request {
    Request::new(Head::new(key()))
}

fn get() -> Request {
    Request::new(Get::new(key()))
}

fn put(body: impl Into<PutBody>) -> Request {
    Request::new(Put::new(key(), body))
}

/// Four attempts, with the same waits in each run.
fn policy() -> RetryPolicy {
    RetryPolicy::new().seed(7)
}

/// A retrying stack under telemetry, on a store that fails as told.
fn observed(policy: RetryPolicy, flaky: &Flaky) -> Telemetry<Retry<Flaky>> {
    ServiceBuilder::new().layer(TelemetryLayer::new()).layer(RetryLayer::new(policy)).service(flaky.clone())
}

fn told(capture: &Capture, mut request: Request) -> Request {
    request.context.scope = Scope::new(capture.dispatcher(), "cloud", "flaky");
    request
}
