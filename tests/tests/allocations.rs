//! What is observed allocates no more than what is not.

use std::future::Future;
use std::time::Duration;

use allocation_counter::measure;
use buckets::adapter::Memory;
use buckets::handlers::prometheus::Prometheus;
use buckets::operation::{Get, Head, Put};
use buckets::store::Store;
use buckets::telemetry::catalogue::names::ADAPTER_GET;
use buckets::telemetry::{Adaptive, Dispatcher, Event, RateLimit, Ratio, Sampler, Scope, Span, SpanStart};
use buckets::{Cloud, ErrorKind, Key};
use buckets_tower::{DeadlineLayer, ResumeLayer, RetryLayer, SamplingLayer, TelemetryLayer, TimeoutLayer};
use bytes::Bytes;
use futures_util::FutureExt;

#[test]
fn a_span_nobody_listens_to_allocates_nothing() {
    assert_spans_allocate_nothing(Dispatcher::new());
}

#[test]
fn a_span_with_handlers_allocates_nothing() {
    let dispatcher = Dispatcher::new();
    for id in ["one", "two"] {
        let handler = |event: &Event<'_>| assert!(event.metadata().any(|(name, _)| name == "adapter"));
        dispatcher.attach(id, "buckets.adapter", handler).expect("each id is used once");
    }
    assert_spans_allocate_nothing(dispatcher);
}

#[test]
fn telemetry_allocates_nothing_on_top_of_the_adapter() {
    let bare = InMemory::new(Cloud::new("main", Memory::new()));
    assert_eq!(bare.allocations(), Allocations { get: 0, head: 0, read: 0, ..bare.allocations() });
    let layer = TelemetryLayer::new();
    let idle = Cloud::builder("main", Memory::new()).layer(layer).dispatcher(Dispatcher::new()).build();
    assert_eq!(InMemory::new(idle).allocations(), bare.allocations());
    let metered = Cloud::builder("main", Memory::new()).layer(layer).dispatcher(with_metrics()).build();
    assert_eq!(InMemory::new(metered).allocations(), bare.allocations());
}

#[test]
fn layers_allocate_nothing_on_top_of_the_adapter() {
    let bare = InMemory::new(Cloud::new("main", Memory::new())).allocations();
    let hour = Duration::from_secs(3600);
    let full = |dispatcher| {
        Cloud::builder("main", Memory::new())
            .layer(TimeoutLayer::new(hour).idle(hour))
            .layer(RetryLayer::default())
            .layer(ResumeLayer::default())
            .layer(SamplingLayer::new(Ratio::new(0.5).keep_slow(hour)))
            .layer(DeadlineLayer::new(hour))
            .layer(TelemetryLayer::new())
            .dispatcher(dispatcher)
            .build()
    };
    for dispatcher in [Dispatcher::new(), with_metrics()] {
        dispatcher.set_sampler(RateLimit::per_second(100.0).and_then(Adaptive::per_second(10.0)));
        assert_eq!(InMemory::new(full(dispatcher)).allocations(), bare);
    }
}

fn assert_spans_allocate_nothing(dispatcher: Dispatcher) {
    let scope = Scope::new(dispatcher, "main", "memory");
    let key = key("object");
    let start = || SpanStart::new().operation("get").key(&key).content_type(Some("image/png"));
    let succeeded = || {
        let mut span = Span::start_with(&scope, &ADAPTER_GET, start);
        span.first_byte();
        span.add_bytes(4096);
        span.succeed();
    };
    assert_eq!(allocations(succeeded), 0);
    assert_eq!(allocations(|| drop(Span::start_with(&scope, &ADAPTER_GET, start))), 0, "cancelled");
}

fn with_metrics() -> Dispatcher {
    let dispatcher = Dispatcher::new();
    Prometheus::new().attach(&dispatcher).expect("nothing else is attached");
    dispatcher
}

/// A cloud that holds one object.
struct InMemory<S> {
    cloud: Cloud<S>,
    object: Key,
    missing: Key,
}

/// How often each operation allocates.
#[derive(Debug, PartialEq)]
struct Allocations {
    put: u64,
    get: u64,
    get_missing: u64,
    head: u64,
    read: u64,
}

impl<S: Store> InMemory<S> {
    fn new(cloud: Cloud<S>) -> Self {
        Self { cloud, object: key("object"), missing: key("missing") }
    }

    fn allocations(&self) -> Allocations {
        Allocations {
            put: allocations(|| self.put()),
            get: allocations(|| self.get()),
            get_missing: allocations(|| self.get_missing()),
            head: allocations(|| self.head()),
            read: allocations(|| self.read()),
        }
    }

    fn put(&self) {
        at_once(self.cloud.call(Put::new(self.object.clone(), CONTENT))).expect("stored");
    }

    fn get(&self) {
        let body = at_once(self.cloud.call(Get::new(self.object.clone()))).expect("put before").body;
        assert_eq!(at_once(body.collect(u64::MAX)).expect("in memory"), CONTENT);
    }

    fn get_missing(&self) {
        let error = at_once(self.cloud.call(Get::new(self.missing.clone()))).expect_err("never put");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    fn head(&self) {
        let meta = at_once(self.cloud.call(Head::new(self.object.clone()))).expect("put before");
        assert_eq!(meta.size, CONTENT.len() as u64);
    }

    /// Of the cloud's own operations, which has a span around that of the layer.
    fn read(&self) {
        assert_eq!(at_once(self.cloud.read(&self.object)).expect("put before"), CONTENT);
    }
}

const CONTENT: Bytes = Bytes::from_static(&[7; 4096]);

fn key(text: &str) -> Key {
    Key::new(text).expect("a plain key")
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory does not wait")
}

/// How often `work` allocates after its first time, when tables get their room and threads their numbers.
fn allocations(work: impl Fn()) -> u64 {
    work();
    measure(work).count_total
}

#[buckets::instrumented("allocations.sync", fields(text), stop(|result| ok = result.is_ok()))]
fn instrumented(text: &str) -> Result<usize, std::io::Error> {
    Ok(text.len())
}

#[buckets::instrumented("allocations.async", args, key(text))]
async fn instrumented_async(text: &str) -> Result<usize, std::io::Error> {
    Ok(text.len())
}

/// The global dispatcher has no handler in this program.
#[test]
fn an_instrumented_function_nobody_listens_to_allocates_nothing() {
    let calls = || {
        assert_eq!(instrumented("text").ok(), Some(4));
        assert_eq!(instrumented_async("text").now_or_never().and_then(Result::ok), Some(4));
        buckets::event!("allocations.point", fields(reason = "none"));
        buckets::span!("allocations.block", fields(n = 1), { assert!(!Dispatcher::global().is_active()) });
    };
    assert_eq!(measure(calls).count_total, 0);
}
