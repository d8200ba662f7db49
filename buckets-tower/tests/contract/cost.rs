//! What attempts cost, what a budget lets through, and what is told of it.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use buckets::adapter::Memory;
use buckets::body::PutBody;
use buckets::cost::{Budget, Charge, Class, Component, Ledger, Period, Snapshot, Statement, Tariff, Usd, sheets};
use buckets::operation::{Delete, Get, Head, List, Operation, Put, Reply, Request, Response};
use buckets::telemetry::{Dispatcher, Number, Scope};
use buckets::testing::{Capture, ManualClock};
use buckets::{Cloud, Error, ErrorKind, Key, Prefix, Upload};
use buckets_tower::retry::{Backoff, RetryPolicy};
use buckets_tower::testing::{Answer, ChaosLayer, Fault, Probe, Script};
use buckets_tower::{CostLayer, ResumeLayer, RetryLayer, TelemetryLayer};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

const SECOND: Duration = Duration::from_secs(1);

fn key() -> Key {
    Key::new("a/b").expect("valid")
}

/// Bills neither 5xx nor what lacks credentials, and content that leaves.
fn s3() -> Tariff {
    Tariff::new(sheets::AWS_S3_STANDARD_US_EAST_1.accept_unconfirmed())
}

fn request(capture: &Capture, operation: impl Operation) -> Request {
    let mut request = Request::new(operation);
    request.context.scope = Scope::new(capture.dispatcher(), "cloud", "probe");
    request
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The only account.
fn account(ledger: &Ledger) -> Statement {
    let Snapshot { mut statements, .. } = ledger.snapshot();
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

fn sum(capture: &Capture, event: &str, measurement: &str) -> u64 {
    let value = |measured| match measured {
        Some(Number::U64(value)) => value,
        other => panic!("{measurement} of {event} is {other:?}"),
    };
    capture.named(event).iter().map(|event| value(event.measurement(measurement))).sum()
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_billed_that_its_provider_bills() {
    let (script, ledger, capture) = (Script::default(), Ledger::new(), Capture::new());
    let retries = RetryPolicy::new().max_attempts(5).backoff(Backoff::exponential(SECOND, SECOND));
    let service = ServiceBuilder::new()
        .layer(TelemetryLayer::new())
        .layer(RetryLayer::new(retries))
        .layer(CostLayer::new(&ledger, &s3()))
        .service(Probe::new(&script));
    // S3 bills no 503; a request without an answer may have got there; one without a connection did not.
    let failed = [ErrorKind::Unavailable, ErrorKind::Timeout, ErrorKind::Connect, ErrorKind::Throttled];
    script.next(failed.map(Answer::Error));
    service.clone().oneshot(request(&capture, Put::new(key(), "content"))).await.expect("the fifth attempt");
    script.next([Answer::Error(ErrorKind::NotFound), Answer::Error(ErrorKind::Unauthenticated)]);
    for _ in 0..2 {
        service.clone().oneshot(request(&capture, Head::new(key()))).await.expect_err("as the script says");
    }
    service.oneshot(request(&capture, Delete::new(key()))).await.expect("free");

    let account = account(&ledger);
    let billed = Class::ALL.map(|class| account.requests_of(class).quantity);
    assert_eq!((billed, account.unbilled), ([2, 1, 0, 1], 4));
    assert_eq!(account.total(), "0.0000104".parse().expect("an amount"));

    let told = capture.named("buckets.cost.request");
    assert_eq!((told.len(), sum(&capture, "buckets.cost.request", "requests")), (8, 4));
    assert_eq!(u128::from(sum(&capture, "buckets.cost.request", "cost_picodollars")), account.total().picos());
    for event in &told {
        let names = (event.field("component"), event.field("class"), event.operation);
        assert!(matches!(names, (Some("requests"), Some("a"), "put") | (_, Some("b"), "head") | (_, _, "delete")));
        let starts = capture.named(&format!("buckets.adapter.{}.start", event.operation));
        assert!(starts.iter().any(|start| start.span_id == event.span_id));
    }
    capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_was_sent_once_it_was_polled() {
    let (script, ledger, capture) = (Script::default(), Ledger::new(), Capture::new());
    let service = CostLayer::new(&ledger, &s3()).layer(Probe::new(&script));
    script.otherwise(Answer::Never);
    drop(service.clone().oneshot(request(&capture, Head::new(key()))));
    let mut ready = service.clone();
    std::future::poll_fn(|context| ready.poll_ready(context)).await.expect("ready");
    drop(ready.call(request(&capture, Head::new(key()))));
    assert_eq!(account(&ledger).requests_of(Class::B).quantity, 0, "called, and never polled");
    let mut polled = Box::pin(service.clone().oneshot(request(&capture, Head::new(key()))));
    assert!(poll(polled.as_mut()).is_pending());
    drop(polled);
    assert_eq!(account(&ledger).requests_of(Class::B).quantity, 1);
    script.otherwise(Answer::PanicInPoll);
    let panicking = tokio::spawn(service.oneshot(request(&capture, Head::new(key()))));
    assert!(panicking.await.expect_err("it panics").is_panic());
    assert_eq!(account(&ledger).requests_of(Class::B).quantity, 2);
    assert_eq!(capture.named("buckets.cost.request").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn content_is_paid_for_as_far_as_it_was_read() {
    let (script, capture) = (Script::default(), Capture::new());
    let ledger = Ledger::new();
    let ia = Tariff::new(sheets::AWS_S3_STANDARD_IA_US_EAST_1.accept_unconfirmed());
    let service = CostLayer::new(&ledger, &ia).layer(Probe::new(&script));
    let part = Script::FIRST_CHUNK as u64;
    let mut all = 0;
    for (answer, bytes) in [
        (Answer::Ok, 10),
        (Answer::BodyError(ErrorKind::Io), part),
        (Answer::BodyNever, part),
        (Answer::BodyPanic, part),
    ] {
        script.next([answer]);
        let Response { reply: Reply::Get(mut fetched), .. } =
            service.clone().oneshot(request(&capture, Get::new(key()))).await.expect("opened")
        else {
            panic!("a get answers a body");
        };
        assert_eq!(account(&ledger).egress.quantity, all, "nothing was read of it yet");
        let mut reading =
            tokio::spawn(
                async move { while fetched.body.next().await.transpose().is_ok_and(|chunk| chunk.is_some()) {} },
            );
        // What never comes is given up.
        if tokio::time::timeout(SECOND, &mut reading).await.is_err() {
            reading.abort();
            reading.await.expect_err("given up");
        }
        all += bytes;
        let account = account(&ledger);
        assert_eq!((account.egress.quantity, account.retrieval.quantity), (all, all), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_dropped_is_paid_for_and_none_is_that_was_not_read() {
    let (script, capture, ledger) = (Script::default(), Capture::new(), Ledger::new());
    let service = CostLayer::new(&ledger, &s3()).layer(Probe::new(&script));
    for chunks in [0, 1] {
        let Response { reply: Reply::Get(mut fetched), .. } =
            service.clone().oneshot(request(&capture, Get::new(key()))).await.expect("opened")
        else {
            panic!("a get answers a body");
        };
        for _ in 0..chunks {
            fetched.body.next().await.expect("a chunk").expect("good");
        }
    }
    assert_eq!(account(&ledger).egress.quantity, Script::FIRST_CHUNK as u64);
    assert_eq!(sum(&capture, "buckets.cost.transfer", "bytes"), Script::FIRST_CHUNK as u64);
}

#[tokio::test(start_paused = true)]
async fn a_download_that_goes_on_is_paid_for_once_and_its_requests_each() {
    let (ledger, capture) = (Ledger::new(), Capture::new());
    let chaos = ChaosLayer::new(3).fault(Fault::ContentError(ErrorKind::Interrupted), 0.5);
    let cloud = Cloud::builder("uploads", Memory::new())
        .layer(chaos.clone())
        .layer(CostLayer::new(&ledger, &s3()))
        .layer(ResumeLayer::new(RetryPolicy::new().max_attempts(20).seed(1)))
        .dispatcher(capture.dispatcher())
        .build();
    let content = vec![7; 1000];
    chaos.pause();
    let object = cloud.insert(Upload::from_bytes("a.bin", content.clone())).await.expect("stored");
    chaos.resume();
    for _ in 0..20 {
        assert_eq!(cloud.read(object.location()).await.expect("whole"), content);
    }
    let resumed = capture.named("buckets.adapter.get.resume").len() as u64;
    let account = account(&ledger);
    assert!(resumed > 0);
    assert_eq!(account.requests_of(Class::B).quantity, 20 + resumed);
    assert_eq!(account.egress.quantity, 20 * 1000, "no byte twice");
}

#[tokio::test]
async fn a_budget_is_spent_to_the_last_request_and_what_is_free_goes_on() {
    let clock = ManualClock::starting_at(SystemTime::UNIX_EPOCH);
    let capture = Capture::on(&Dispatcher::builder().clock(clock.clone()).build());
    let (script, ledger) = (Script::default(), Ledger::new());
    // Ten gets, and not quite another one.
    let budget = Budget::new("0.0000043".parse().expect("an amount"), Period::Day).warn_at(50);
    let service = CostLayer::new(&ledger, &s3()).budget(budget.clone()).layer(Probe::new(&script));
    let head = || service.clone().oneshot(request(&capture, Head::new(key())));
    // Under way, so that what they cost is put aside.
    script.otherwise(Answer::Never);
    let mut under_way: Vec<_> = (0..4).map(|_| Box::pin(head())).collect();
    assert!(under_way.iter_mut().all(|call| poll(call.as_mut()).is_pending()));
    script.otherwise(Answer::Ok);
    for _ in 0..6 {
        head().await.expect("there is money");
    }
    let refused = head().await.expect_err("put aside or spent");
    assert_eq!((refused.kind(), refused.is_retryable()), (ErrorKind::QuotaExceeded, false));
    assert_eq!(refused.retry_after(), Some(24 * 3600 * SECOND));
    let list = service.clone().oneshot(request(&capture, List::new(Prefix::default())));
    list.await.expect_err("dearer still");
    service.clone().oneshot(request(&capture, Delete::new(key()))).await.expect("free");
    assert_eq!(script.calls(), 4 + 6 + 1, "what is refused is not sent");
    drop(under_way);
    let status = budget.status(clock_now(&clock));
    assert_eq!((status.spent, status.reserved), ("0.000004".parse().expect("an amount"), Usd::ZERO));

    assert_eq!(capture.named("buckets.limit.refusal.budget").len(), 2);
    let warned = capture.one("buckets.cost.budget.warning");
    assert_eq!(warned.measurement("spent_picodollars"), Some(Number::U64(2_400_000)));
    assert_eq!(ledger.snapshot().total(), status.spent);
    clock.advance(24 * 3600 * SECOND);
    head().await.expect("another day");
}

fn clock_now(clock: &ManualClock) -> SystemTime {
    SystemTime::UNIX_EPOCH + clock.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_tried_again_and_an_unbilled_request_gives_its_money_back() {
    let (script, ledger, capture) = (Script::default(), Ledger::new(), Capture::new());
    let budget = Budget::new("0.0000004".parse().expect("an amount"), Period::Month);
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(RetryPolicy::new().max_attempts(4)))
        .layer(CostLayer::new(&ledger, &s3()).budget(budget))
        .service(Probe::new(&script));
    let head = || service.clone().oneshot(request(&capture, Head::new(key())));
    script.next([Answer::Error(ErrorKind::Unavailable); 3]);
    head().await.expect("the only one there is money for, at the fourth attempt");
    assert_eq!(head().await.expect_err("spent").kind(), ErrorKind::QuotaExceeded);
    assert_eq!(script.calls(), 4);
    assert_eq!(capture.named("buckets.limit.refusal.budget").len(), 1);
}

#[test]
fn callers_at_once_spend_a_budget_exactly() {
    const CALLS: u64 = 500;
    let ledger = Ledger::new();
    let budget = Budget::new(Usd::from_picos(400_000 * u128::from(CALLS)), Period::Every(Duration::MAX));
    let cloud = Cloud::builder("uploads", Memory::new())
        .layer(CostLayer::new(&ledger, &s3()).budget(budget.clone()))
        .dispatcher(Dispatcher::new())
        .build();
    let passed: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let cloud = cloud.clone();
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
                    let ask = || runtime.block_on(cloud.exists(&key()));
                    (0..CALLS / 4).filter(|_| ask().is_ok()).count() as u64
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    let account = account(&ledger);
    assert_eq!((passed, account.requests_of(Class::B).quantity), (CALLS, CALLS));
    assert_eq!(budget.status(SystemTime::now()).left(), Usd::ZERO);
}

#[tokio::test]
async fn each_tenant_has_an_account_and_a_sink_that_fails_harms_nobody() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = {
        let told = Arc::clone(&told);
        move |charge: &Charge<'_>| {
            let tenant = charge.tenant.expect("each has one").to_owned();
            told.lock().expect("no panic under it").push((tenant, charge.component, charge.quantity));
            assert_ne!(charge.tenant, Some("loud"), "as the test says");
        }
    };
    let ledger = Ledger::with_sink(sink);
    for tenant in ["acme", "loud"] {
        let layer = CostLayer::new(&ledger, &s3()).tenant(tenant);
        assert!(!format!("{layer:?}").contains(tenant));
        let cloud = Cloud::builder("tenants", Memory::new()).layer(layer).dispatcher(Dispatcher::new()).build();
        let object = cloud.insert(Upload::from_bytes("a.txt", "content")).await.expect("stored");
        assert_eq!(cloud.read(object.location()).await.expect("read"), "content");
    }
    let mut expected = Vec::new();
    for tenant in ["acme", "loud"] {
        for (component, quantity) in [(Component::Requests, 1), (Component::Requests, 1), (Component::Egress, 7)] {
            expected.push((tenant.to_owned(), component, quantity));
        }
    }
    assert_eq!(*told.lock().expect("no panic under it"), expected);
    let snapshot = ledger.snapshot();
    assert_eq!((snapshot.of_cloud("tenants").count(), snapshot.sink_failures), (2, 3));
    let table = snapshot.to_string();
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.contains("acme") && table.contains("aws-s3-standard-us-east-1 of 2026-09-20"), "{table}");
}

#[tokio::test]
async fn an_upload_in_parts_is_a_call_for_each_also_if_its_size_is_known_only_in_the_end() {
    let (script, ledger, capture) = (Script::default(), Ledger::new(), Capture::new());
    let express = Tariff::new(sheets::AWS_S3_EXPRESS_ONE_ZONE_US_EAST_1.accept_unconfirmed()).multipart(4, 4);
    let service = CostLayer::new(&ledger, &express).layer(Probe::new(&script));
    let streamed = futures_util::stream::iter([Ok::<_, Error>(bytes::Bytes::from_static(b"123456789"))]);
    let bodies = [PutBody::from("123456789"), PutBody::from_stream(streamed), PutBody::from("1234")];
    for (body, calls) in bodies.into_iter().zip([5, 10, 11]) {
        service.clone().oneshot(request(&capture, Put::new(key(), body))).await.expect("stored");
        assert_eq!(account(&ledger).requests_of(Class::A).quantity, calls);
    }
    assert_eq!(account(&ledger).ingress.quantity, 9 + 9 + 4, "which this one bills");
}

struct Tag;

impl Operation for Tag {
    type Output = ();
    const NAME: &'static str = "tag";
}

#[tokio::test]
async fn what_has_no_price_is_told_and_in_no_sum() {
    let (script, ledger, capture) = (Script::default(), Ledger::new(), Capture::new());
    let service = CostLayer::new(&ledger, &s3()).layer(Probe::new(&script));
    script.next([Answer::Error(ErrorKind::Timeout)]);
    let error: Error = service.oneshot(request(&capture, Tag)).await.expect_err("as the script says");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let account = account(&ledger);
    assert_eq!((account.unpriced, account.unbilled, account.total()), (1, 0, Usd::ZERO));
    assert_eq!(capture.one("buckets.cost.request").field("class"), Some("unknown"));
}
