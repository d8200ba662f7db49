//! One decision for an operation and all that is part of it, and what it does to whom.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use buckets::adapter::Memory;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::{
    Candidate, Dispatcher, Event, EventName, Outcome, Ratio, Sampler, Sampling, Scope, Span, SpanStart, Stage,
};
use buckets::testing::{Capture, ManualClock};
use buckets::{Cloud, Error, ErrorKind, Key, Upload};
use buckets_tower::{SamplingLayer, TelemetryLayer};

static WORK: EventName = EventName::new("test.sampled.work");
static PART: EventName = EventName::new("test.sampled.part");

fn sampled(sampler: impl Sampler) -> (Capture, Scope) {
    let dispatcher = Dispatcher::new();
    assert!(dispatcher.set_sampler(sampler));
    (Capture::on(&dispatcher), Scope::of(dispatcher))
}

fn always(sampling: Sampling) -> impl Sampler {
    move |_: &Candidate<'_>| sampling
}

fn weights(capture: &Capture, selector: &str) -> Vec<Option<f64>> {
    capture.named(selector).iter().map(|event| event.weight).collect()
}

#[test]
fn failures_and_cancelled_operations_are_told_at_their_end_whatever_was_decided() {
    for decided in [Sampling::DROPPED, Sampling::kept(10.0)] {
        let (capture, scope) = sampled(always(decided));
        let start = || Span::start(&scope, &WORK);
        start().succeed();
        start().end(Outcome::Expected(ErrorKind::NotFound), None);
        start().fail(&Error::invalid("no"));
        drop(start());
        assert_eq!(weights(&capture, "test.sampled.work.start"), [decided.weight(); 4]);
        let ends: Vec<_> = capture.events().iter().filter(|e| e.stage != Stage::Start).map(|e| e.weight).collect();
        assert_eq!(ends, [decided.weight(), decided.weight(), Some(1.0), Some(1.0)]);
    }
}

#[test]
fn what_is_slow_is_told_by_the_dispatchers_clock() {
    let clock = ManualClock::new();
    let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
    dispatcher.set_sampler(always(Sampling::DROPPED).keep_slow(Duration::from_secs(2)));
    let (capture, scope) = (Capture::on(&dispatcher), Scope::of(dispatcher));
    for seconds in [1, 2, 3] {
        let span = Span::start(&scope, &WORK);
        clock.advance(Duration::from_secs(seconds));
        span.succeed();
    }
    assert_eq!(weights(&capture, "test.sampled.work.stop"), [None, Some(1.0), Some(1.0)]);
}

#[test]
fn parts_inherit_however_they_know_of_the_whole() {
    let asked = Arc::new(Mutex::new(0.0));
    let counter = Arc::clone(&asked);
    // Each operation gets another weight, so that none is right by accident.
    let (capture, scope) = sampled(move |_: &Candidate<'_>| {
        let mut asked = counter.lock().expect("no panic");
        *asked += 1.0;
        Sampling::kept(1.0 + *asked)
    });
    let mut whole = Span::start(&scope, &WORK);
    whole.run(|| Span::start(&scope, &PART).succeed());
    let (parent, sampling) = (whole.id(), whole.sampling());
    Span::start_with(&scope, &PART, || SpanStart::new().parent(parent).sampling(sampling)).succeed();
    whole.point(&PART, &[], &[]);
    scope.point(&PART, || SpanStart::new().parent(parent).sampling(sampling), &[]);
    whole.succeed();
    assert_eq!(capture.events().iter().map(|event| event.weight).collect::<Vec<_>>(), [Some(2.0); 8]);
    assert_eq!(*asked.lock().expect("no panic"), 1.0, "asked once");
    Span::start(&scope, &WORK).succeed();
    assert_eq!(capture.events()[8].weight, Some(3.0), "another operation, another decision");
}

#[tokio::test]
async fn a_cloud_and_its_adapter_tell_all_of_an_operation_or_nothing() {
    let dispatcher = Dispatcher::new();
    dispatcher.set_sampler(Ratio::new(0.5).seed(11));
    let capture = Capture::on(&dispatcher);
    let metrics = Prometheus::new();
    metrics.attach(&dispatcher).expect("nothing else is attached");
    let cloud = Cloud::builder("main", Memory::new())
        .layer(TelemetryLayer::new())
        .layer(SamplingLayer::new(always(Sampling::kept(99.0))))
        .dispatcher(dispatcher)
        .build();
    for _ in 0..200 {
        let object = cloud.insert(Upload::from_bytes("a.txt", "content")).await.expect("inserted");
        cloud.read(object.key()).await.expect("read");
    }
    let events = capture.events();
    for operation in events.chunks(4) {
        assert!(operation.iter().all(|event| event.weight == operation[0].weight), "{operation:#?}");
    }
    let kept = events.iter().filter(|event| event.weight == Some(2.0)).count();
    let dropped = events.iter().filter(|event| event.weight.is_none()).count();
    assert_eq!(kept + dropped, 1600);
    assert!((500..1100).contains(&kept), "{kept}");
    let text = metrics.render();
    let exact = r#"buckets_operations_total{operation="read",adapter="memory",cloud="main",status="success"} 200"#;
    assert!(text.contains(exact), "counters are exact:\n{text}");
}

#[tokio::test]
async fn a_layer_decides_for_a_stack_and_keeps_what_was_decided() {
    let capture = Capture::new();
    let cloud = Cloud::builder("main", Memory::new())
        .layer(TelemetryLayer::new())
        .layer(SamplingLayer::new(always(Sampling::DROPPED)))
        .dispatcher(capture.dispatcher())
        .build();
    let key = Key::new("a").expect("valid");
    cloud.exists(&key).await.expect("an answer");
    assert_eq!(weights(&capture, "buckets.cloud.exists"), [Some(1.0); 2], "begun above the layer, undecided");
    assert_eq!(weights(&capture, "buckets.adapter.head"), [None; 2]);
    cloud.delete(&key).await.expect("deleted");
    capture.assert_conserved();
}

#[test]
fn a_sampler_that_panics_decides_nothing() {
    let (capture, scope) = sampled(|_: &Candidate<'_>| -> Sampling { std::panic::resume_unwind(Box::new("as told")) });
    Span::start(&scope, &WORK).succeed();
    assert_eq!(weights(&capture, "test.sampled.work"), [Some(1.0); 2]);
    capture.assert_conserved();
}

#[test]
fn nothing_is_sampled_while_nobody_listens() {
    let dispatcher = Dispatcher::new();
    dispatcher.set_sampler(|_: &Candidate<'_>| -> Sampling { panic!("asked for nobody") });
    Span::start(&Scope::of(dispatcher.clone()), &WORK).succeed();
    assert!(!dispatcher.set_sampler(Ratio::new(1.0)), "there is one already");
    dispatcher.attach("late", "", |_: &Event<'_>| ()).expect("the only one");
}
