//! What limits let through, make wait and refuse, and what they tell of it.

use std::any::Any;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use buckets::operation::{Get, Head, Reply, Request, Response};
use buckets::telemetry::Dispatcher;
use buckets::telemetry::{Number, Scope};
use buckets::testing::{Capture, ManualClock};
use buckets::{Error, ErrorKind, Key};
use buckets_tower::TelemetryLayer;
use buckets_tower::limit::{CircuitBreaker, Concurrency, LimitLayer, LoadShedLayer, Rate, UntilAnswered};
use buckets_tower::testing::{Answer, Probe, Readiness, Script};
use tokio::time::Instant;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

fn key() -> Key {
    Key::new("a/b").expect("valid")
}

fn head(capture: &Capture) -> Request {
    in_scope_of(capture, Request::new(Head::new(key())))
}

fn get(capture: &Capture) -> Request {
    in_scope_of(capture, Request::new(Get::new(key())))
}

fn in_scope_of(capture: &Capture, mut request: Request) -> Request {
    request.context.scope = Scope::new(capture.dispatcher(), "cloud", "probe");
    request
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[tokio::test]
async fn a_body_counts_until_it_ends_fails_or_is_dropped() {
    let (capture, script) = (Capture::new(), Script::default());
    let limit = Concurrency::new(2);
    let service = LimitLayer::new(limit.clone()).layer(Probe::new(&script));
    let open = async |answer| {
        script.next([answer]);
        let Response { reply: Reply::Get(fetched), .. } = service.clone().oneshot(get(&capture)).await.expect("opened")
        else {
            panic!("a get answers a body");
        };
        assert_eq!(limit.in_use(), 1, "{answer:?}");
        fetched.body
    };
    open(Answer::Ok).await.collect(1000).await.expect("whole");
    assert_eq!(limit.in_use(), 0, "it was read");
    open(Answer::BodyError(ErrorKind::Io)).await.collect(1000).await.expect_err("it fails");
    assert_eq!(limit.in_use(), 0, "it failed");
    drop(open(Answer::BodyNever).await);
    assert_eq!(limit.in_use(), 0, "it was dropped");

    let service = LimitLayer::new(limit.clone().holding(UntilAnswered)).layer(Probe::new(&script));
    let _answer = service.oneshot(get(&capture)).await.expect("opened");
    assert_eq!(limit.in_use(), 0, "it is told to end with the answer");
}

#[tokio::test]
async fn who_waits_is_served_in_order_and_who_leaves_gives_up_its_place() {
    let (clock, script) = (ManualClock::new(), Script::default());
    let capture = Capture::on(&Dispatcher::builder().clock(clock.clone()).build());
    let limit = Concurrency::new(1);
    let service = ServiceBuilder::new()
        .layer(TelemetryLayer::new())
        .layer(LimitLayer::new(limit.clone()))
        .service(Probe::new(&script));
    script.next([Answer::Never]);
    let mut running = Box::pin(service.clone().oneshot(head(&capture)));
    assert!(poll(running.as_mut()).is_pending());
    let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(service.clone().oneshot(head(&capture)))).collect();
    for call in &mut waiting {
        assert!(poll(call.as_mut()).is_pending());
    }
    assert_eq!((limit.in_use(), limit.waiting(), script.calls()), (1, 3, 1));

    clock.advance(Duration::from_secs(3));
    drop(waiting.remove(0));
    drop(running);
    // The permit is the second one's, and it leaves without having taken it.
    assert!(poll(waiting[1].as_mut()).is_pending(), "it is behind another");
    drop(waiting.remove(0));
    assert!(matches!(poll(waiting[0].as_mut()), Poll::Ready(Ok(_))));
    assert_eq!((limit.in_use(), limit.waiting(), script.calls()), (0, 0, 2));

    let occupancy = |name| -> Vec<_> {
        let told = capture.named(name).into_iter();
        told.map(|event| ["size", "waiting"].map(|name| event.measurement(name).map(Number::as_f64))).collect()
    };
    let of_one = |waiting: [f64; 3]| waiting.map(|waiting| [Some(1.0), Some(waiting)]);
    assert_eq!(occupancy("buckets.limit.queue.concurrency"), of_one([1.0, 2.0, 3.0]));
    assert_eq!(occupancy("buckets.limit.wait.concurrency"), of_one([2.0, 0.0, 0.0]));

    let told = capture.named("buckets.limit.wait.concurrency");
    let admitted: Vec<_> =
        told.iter().map(|event| event.metadata.iter().any(|it| *it == ("admitted", "true".into()))).collect();
    assert_eq!(admitted, [false, false, true]);
    for event in &told {
        assert_eq!(event.measurement("wait"), Some(Number::Duration(Duration::from_secs(3))));
        let start = capture.named("buckets.adapter.head.start").into_iter().find(|it| it.span_id == event.span_id);
        assert_eq!(
            start.map(|start| start.operation),
            Some(event.operation),
            "each is part of an operation that began"
        );
    }
    capture.assert_conserved();
}

#[tokio::test]
async fn what_would_wait_behind_too_many_is_refused() {
    let (capture, script) = (Capture::new(), Script::default());
    let limit = Concurrency::new(1).max_waiting(1);
    let service = LimitLayer::new(limit.clone()).layer(Probe::new(&script));
    script.otherwise(Answer::Never);
    let mut calls = [0, 1].map(|_| Box::pin(service.clone().oneshot(head(&capture))));
    calls.iter_mut().for_each(|call| assert!(poll(call.as_mut()).is_pending()));
    let error = service.clone().oneshot(head(&capture)).await.expect_err("one waits already");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Overloaded, Some("head")));
    let told = capture.one("buckets.limit.refusal.concurrency");
    assert_eq!((told.operation, told.cloud.as_str()), ("head", "cloud"));
    assert_eq!(script.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rate_admits_the_burst_at_once_and_then_one_at_a_time() {
    let (capture, script) = (Capture::new(), Script::default());
    let rate = Rate::new(10, Duration::from_secs(1)).burst(3);
    let service = LimitLayer::new(rate).layer(Probe::new(&script));
    let began = Instant::now();
    let mut calls: Vec<_> = (0..6).map(|_| Box::pin(service.clone().oneshot(head(&capture)))).collect();
    // The first of those that wait leaves, which delays nobody.
    calls.iter_mut().for_each(|call| drop(poll(call.as_mut())));
    assert_eq!(script.calls(), 3);
    drop(calls.remove(3));
    let mut admitted = Vec::new();
    for call in calls.split_off(3) {
        call.await.expect("admitted");
        admitted.push(began.elapsed());
    }
    assert_eq!(admitted, [100, 200].map(Duration::from_millis));
    let waits = capture.named("buckets.limit.wait.rate");
    assert_eq!(waits.len(), 3);

    tokio::time::advance(Duration::from_secs(60)).await;
    let calls: Vec<_> = (0..4).map(|_| poll(pin!(service.clone().oneshot(head(&capture)))).is_ready()).collect();
    assert_eq!(calls, [true, true, true, false], "after a silence there is one burst, not more");
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_one_in_all_time_admits_its_burst() {
    let (capture, script) = (Capture::new(), Script::default());
    let service = LimitLayer::new(Rate::new(1, Duration::MAX).burst(2)).layer(Probe::new(&script));
    let calls: Vec<_> = (0..4).map(|_| poll(pin!(service.clone().oneshot(head(&capture)))).is_ready()).collect();
    assert_eq!(calls, [true, true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn what_would_wait_too_long_is_refused_and_told_when_to_come_again() {
    let (capture, script) = (Capture::new(), Script::default());
    let rate = Rate::new(1, Duration::from_secs(10)).max_wait(Duration::from_secs(10));
    let service = LimitLayer::new(rate).layer(Probe::new(&script));
    service.clone().oneshot(head(&capture)).await.expect("the first");
    let mut second = Box::pin(service.clone().oneshot(head(&capture)));
    assert!(poll(second.as_mut()).is_pending());
    let mut third = Box::pin(service.clone().oneshot(head(&capture)));
    assert!(poll(third.as_mut()).is_pending(), "about ten seconds, as far as can be told");
    let error = service.clone().oneshot(head(&capture)).await.expect_err("some twenty seconds");
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Overloaded, Some(Duration::from_secs(20))));
    capture.one("buckets.limit.refusal.rate");
}

fn circuit(script: &Script) -> (CircuitBreaker, impl Service<Request, Response = Response, Error = Error> + Clone) {
    let circuit = CircuitBreaker::new().window(8).minimum_calls(4).cool_down(Duration::from_secs(5));
    (circuit.clone(), LimitLayer::new(circuit).layer(Probe::new(script)))
}

#[tokio::test(start_paused = true)]
async fn a_circuit_opens_tries_and_closes() {
    let (capture, script) = (Capture::new(), Script::default());
    let (circuit, service) = circuit(&script);
    let send = || service.clone().oneshot(head(&capture));
    let down = Answer::Error(ErrorKind::Unavailable);
    script.next([Answer::Ok, down, Answer::Error(ErrorKind::NotFound), down]);
    for _ in 0..4 {
        assert_ne!(kind(send().await), Some(ErrorKind::Overloaded));
    }
    assert!(circuit.is_open(), "half of four failed; that nothing was found is no failure");
    let told = capture.one("buckets.circuit.open");
    assert_eq!(told.measurement("failure_ratio"), Some(Number::F64(0.5)));

    let refused = send().await.expect_err("open");
    assert_eq!((refused.kind(), refused.retry_after()), (ErrorKind::Overloaded, Some(Duration::from_secs(5))));
    assert_eq!(script.calls(), 4, "the store is left alone");

    // The first trial leaves, the second fails, the third does well.
    tokio::time::advance(Duration::from_secs(5)).await;
    script.next([Answer::Never, down, Answer::Ok]);
    let mut trial = Box::pin(send());
    assert!(poll(trial.as_mut()).is_pending());
    assert_eq!(kind(send().await), Some(ErrorKind::Overloaded), "one trial at a time");
    drop(trial);
    assert_eq!(kind(send().await), Some(ErrorKind::Unavailable));
    assert_eq!(kind(send().await), Some(ErrorKind::Overloaded), "open for another cool-down");
    tokio::time::advance(Duration::from_secs(5)).await;
    send().await.expect("the trial");
    assert!(!circuit.is_open());
    capture.one("buckets.circuit.close");
    assert_eq!(capture.named("buckets.circuit.open").len(), 2);
    assert_eq!(capture.named("buckets.limit.refusal.circuit").len(), 3);
    for _ in 0..8 {
        send().await.expect("closed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_trial_that_hangs_is_waited_for_no_longer_than_a_cool_down() {
    let (capture, script) = (Capture::new(), Script::default());
    let (circuit, service) = circuit(&script);
    let send = || service.clone().oneshot(head(&capture));
    script.next([Answer::Error(ErrorKind::Unavailable); 4]);
    for _ in 0..4 {
        send().await.expect_err("down");
    }
    tokio::time::advance(Duration::from_secs(5)).await;
    script.next([Answer::Never, Answer::Ok]);
    let mut trial = Box::pin(send());
    assert!(poll(trial.as_mut()).is_pending());
    tokio::time::advance(Duration::from_secs(4)).await;
    let refused = send().await.expect_err("the trial has a second left");
    assert_eq!((refused.kind(), refused.retry_after()), (ErrorKind::Overloaded, Some(Duration::from_secs(1))));
    tokio::time::advance(Duration::from_secs(1)).await;
    send().await.expect("another trial");
    assert!(!circuit.is_open());
    drop(trial);
    assert!(!circuit.is_open(), "the old trial does not count any more");
}

/// A waker may hold the last of a task, and the task a permit of the very limit that it waits for.
#[test]
fn a_waker_that_holds_a_permit_can_be_replaced() {
    struct Holder(#[expect(dead_code, reason = "it is there to be dropped")] Mutex<Box<dyn Any + Send>>);
    impl Wake for Holder {
        fn wake(self: Arc<Self>) {}
    }
    let (capture, script) = (Capture::new(), Script::default());
    let limit = Concurrency::new(1);
    let service = LimitLayer::new(limit.clone()).layer(Probe::new(&script));
    script.next([Answer::Never, Answer::Ok]);
    let mut first = Box::pin(service.clone().oneshot(head(&capture)));
    assert!(poll(first.as_mut()).is_pending());
    let mut second = Box::pin(service.clone().oneshot(head(&capture)));
    let waker = Waker::from(Arc::new(Holder(Mutex::new(Box::new(first)))));
    assert!(second.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    // The new waker takes the place of the last one, which gives the permit back.
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_ready());
    assert_eq!(limit.in_use(), 0);
}

#[tokio::test(start_paused = true)]
async fn calls_from_before_a_circuit_opened_do_not_open_it_again() {
    let (capture, script) = (Capture::new(), Script::default());
    let (circuit, service) = circuit(&script);
    let send = || service.clone().oneshot(head(&capture));
    let down = Answer::Error(ErrorKind::Timeout);
    script.pauses(1);
    script.next([down; 8]);
    let mut calls: Vec<_> = (0..8).map(|_| Box::pin(send())).collect();
    calls.iter_mut().for_each(|call| assert!(poll(call.as_mut()).is_pending()));
    for call in calls.drain(..4) {
        assert_eq!(kind(call.await), Some(ErrorKind::Timeout));
    }
    assert!(circuit.is_open());
    tokio::time::advance(Duration::from_secs(5)).await;
    script.pauses(0);
    send().await.expect("the trial");
    for call in calls {
        assert_eq!(kind(call.await), Some(ErrorKind::Timeout));
    }
    assert!(!circuit.is_open(), "they were sent to the store as it was before");
}

#[tokio::test]
async fn what_is_below_and_not_ready_is_not_waited_for() {
    let (capture, script) = (Capture::new(), Script::default());
    let service = LoadShedLayer::new().layer(Probe::new(&script));
    script.readiness(Readiness::Pending);
    assert_eq!(kind(service.clone().oneshot(head(&capture)).await), Some(ErrorKind::Overloaded));
    capture.one("buckets.limit.refusal.load");
    script.readiness(Readiness::Ready);
    service.oneshot(head(&capture)).await.expect("ready");
}

#[tokio::test]
async fn nobody_listening_means_nothing_is_asked_for() {
    let script = Script::default();
    let service = LimitLayer::new(Concurrency::new(1).max_waiting(0)).layer(Probe::new(&script));
    script.next([Answer::Never]);
    let mut first = Box::pin(service.clone().oneshot(Request::new(Head::new(key()))));
    assert!(poll(first.as_mut()).is_pending());
    assert_eq!(kind(service.oneshot(Request::new(Head::new(key()))).await), Some(ErrorKind::Overloaded));
}
