//! The stack that is recommended: what each of its layers is where it is for.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use buckets::adapter::Memory;
use buckets::operation::{Fetched, Get, Head, Put, Reply, Request, Response};
use buckets::telemetry::{Outcome, Scope};
use buckets::testing::Capture;
use buckets::{Cloud, Elapsed, Error, ErrorKind, Key, TimeoutClock, Upload};
use buckets_tower::retry::{Backoff, RetryPolicy};
use buckets_tower::testing::{Answer, ChaosLayer, Contract, Fault, Probe, Script, assert_traits};
use buckets_tower::{CircuitBreaker, Concurrency, StackLayer};
use tokio::time::Instant;
use tower::{Layer, Service, ServiceExt};

const SECOND: Duration = Duration::from_secs(1);

fn key() -> Key {
    Key::new("a/b").expect("valid")
}

fn stack() -> StackLayer {
    let retry = RetryPolicy::new().max_attempts(3).backoff(Backoff::exponential(SECOND, SECOND)).seed(1);
    StackLayer::new().retry(retry).deadline(30 * SECOND).attempt(5 * SECOND).idle(5 * SECOND)
}

/// A stack over a probe, whose operations are told to a capture.
struct Bench<S> {
    service: S,
    script: Script,
    capture: Capture,
}

fn bench(layer: StackLayer) -> Bench<impl Service<Request, Response = Response, Error = Error, Future: Send> + Clone> {
    let script = Script::default();
    Bench { service: layer.layer(Probe::new(&script)), script, capture: Capture::new() }
}

impl<S: Service<Request, Response = Response, Error = Error> + Clone> Bench<S> {
    fn send(&self, mut request: Request) -> impl Future<Output = Result<Response, Error>> + use<S> {
        request.context.scope = Scope::new(self.capture.dispatcher(), "cloud", "probe");
        self.service.clone().oneshot(request)
    }

    fn head(&self) -> impl Future<Output = Result<Response, Error>> + use<S> {
        self.send(Request::new(Head::new(key())))
    }

    async fn get(&self) -> Result<Fetched, Error> {
        match self.send(Request::new(Get::new(key()))).await?.reply {
            Reply::Get(fetched) => Ok(fetched),
            other => panic!("{other:?}"),
        }
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn it_keeps_the_contract_of_each_of_its_layers() {
    assert_traits(&StackLayer::new());
    Contract::of(|probe| stack().concurrency(Concurrency::new(8)).layer(probe)).check().await.assert_kept();
}

#[tokio::test(start_paused = true)]
async fn one_retried_upload_is_one_operation_with_all_that_happened_under_its_number() {
    let bench = bench(stack());
    bench.script.next([Answer::Error(ErrorKind::Unavailable), Answer::Never]);
    let response = bench.send(Request::new(Put::new(key(), "content"))).await.expect("the third attempt");
    assert_eq!(response.attempts, 3);
    let names = ["start", "retry", "retry", "stop"].map(|name| format!("buckets.adapter.put.{name}"));
    assert_eq!(bench.capture.names(), names);
    let (events, end) = (bench.capture.events(), bench.capture.one("buckets.adapter.put.stop"));
    assert!(events.iter().all(|event| event.span_id == end.span_id));
    assert_eq!((end.attempts, end.bytes), (Some(3), Some(7)));
    bench.capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn the_deadline_bounds_the_queue_and_the_attempt_clock_does_not_run_in_it() {
    let bench = bench(
        stack().concurrency(Concurrency::new(1)).attempt(3600 * SECOND).retry(RetryPolicy::new().max_attempts(1)),
    );
    bench.script.next([Answer::Never]);
    let began = Instant::now();
    let first = tokio::spawn(bench.head());
    tokio::task::yield_now().await;
    let second = bench.head().await.expect_err("the first holds the only room");
    assert_eq!(began.elapsed().as_secs(), 30);
    let elapsed = Error::find(&second).and_then(Error::elapsed).map(|elapsed: &Elapsed| elapsed.clock());
    assert_eq!(elapsed, Some(TimeoutClock::Operation));
    assert_eq!(first.await.expect("no panic").expect_err("never answered").kind(), ErrorKind::Timeout);

    // One that waits longer for room than an attempt may take still has its attempt.
    let bench = self::bench(stack().concurrency(Concurrency::new(1)));
    bench.script.next([Answer::BodyNever]);
    let held = bench.get().await.expect("opened");
    let waiting = tokio::spawn(bench.head());
    tokio::time::sleep(20 * SECOND).await;
    drop(held);
    waiting.await.expect("no panic").expect("there was room in the end");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_another_attempt_holds_no_room() {
    let limit = Concurrency::new(1);
    let bench = bench(stack().concurrency(limit.clone()));
    bench.script.next([Answer::Error(ErrorKind::Unavailable)]);
    let mut first = Box::pin(bench.head());
    assert!(poll(first.as_mut()).is_pending());
    assert_eq!(limit.in_use(), 0);
    assert!(matches!(poll(Box::pin(bench.head()).as_mut()), Poll::Ready(Ok(_))), "another one need not wait");
    first.await.expect("the second attempt");
}

#[tokio::test(start_paused = true)]
async fn a_download_that_breaks_off_goes_on_though_it_takes_all_the_room_there_is() {
    // The store gives tags, without which nothing is resumed; and streams, because of the chaos.
    let limit = Concurrency::new(1);
    let chaos = ChaosLayer::new(3).fault(Fault::ContentError(ErrorKind::Interrupted), 0.5);
    let capture = Capture::new();
    let cloud = Cloud::builder("uploads", Memory::new())
        .layer(chaos.clone())
        .layer(stack().concurrency(limit.clone()).retry(RetryPolicy::new().max_attempts(20).seed(1)))
        .dispatcher(capture.dispatcher())
        .build();
    let content = vec![7; 1000];
    chaos.pause();
    let object = cloud.insert(Upload::from_bytes("a.bin", content.clone())).await.expect("stored");
    chaos.resume();
    for _ in 0..20 {
        assert_eq!(cloud.read(object.location()).await.expect("whole"), content);
        assert_eq!(limit.in_use(), 0);
    }
    let resumed = capture.named("buckets.adapter.get.resume");
    assert!(!resumed.is_empty(), "none of {} faults befell content", chaos.faults());
    for event in resumed {
        assert!(capture.named("buckets.adapter.get.start").iter().any(|start| start.span_id == event.span_id));
    }
    capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_refuses_attempts_before_they_queue() {
    let circuit = CircuitBreaker::new().window(4).minimum_calls(2).cool_down(3600 * SECOND);
    let limit = Concurrency::new(1);
    let bench = bench(stack().circuit(circuit.clone()).concurrency(limit.clone()));
    bench.script.otherwise(Answer::Error(ErrorKind::Unavailable));
    bench.head().await.expect_err("down");
    assert!(circuit.is_open(), "two attempts of one operation are enough");
    let calls = bench.script.calls();
    let error = bench.head().await.expect_err("refused");
    assert_eq!((error.kind(), bench.script.calls()), (ErrorKind::Overloaded, calls));
    let ends: Vec<_> = bench.capture.events().iter().filter_map(|event| event.outcome).collect();
    assert_eq!(ends, [ErrorKind::Overloaded; 2].map(Outcome::Error));
}
