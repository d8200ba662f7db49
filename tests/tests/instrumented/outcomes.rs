//! Each way an operation can end, exactly once, and what it was part of.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use buckets::telemetry::{CurrentSpan, Dispatcher, Event, Outcome};
use buckets::{ErrorKind, instrumented, span};
use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::task::yield_now;

use crate::listening::{listen, told};

#[instrumented("ends.panics.late")]
async fn panics_late() -> Result<(), ()> {
    yield_now().await;
    panic!("late")
}

#[instrumented("ends.panics.outer")]
async fn outer_of_panic() -> Result<(), ()> {
    panics_late().await
}

#[allow(clippy::diverging_sub_expression, reason = "the body becomes an expression, and this one only panics")]
#[instrumented("ends.panics.sync")]
fn panics(message: String) -> Result<(), ()> {
    std::panic::panic_any(message)
}

#[tokio::test]
async fn a_panic_is_a_panic_of_all_it_goes_through() {
    let capture = listen("ends.panics");
    let panic = AssertUnwindSafe(outer_of_panic()).catch_unwind().await.expect_err("a panic");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"late"));
    let panic = std::panic::catch_unwind(|| panics("own".into())).expect_err("a panic");
    assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("own"), "the payload is the same");
    assert_eq!(
        told(&capture),
        ["outer.start", "late.start", "late.exception", "outer.exception", "sync.start", "sync.exception"]
    );
    assert!(capture.named("ends.panics.*.exception").iter().all(|event| event.outcome == Some(Outcome::Panic)));
    capture.assert_conserved();
}

#[instrumented("ends.cancelled.inner")]
async fn inner(wait: oneshot::Receiver<()>) -> Result<(), ()> {
    wait.await.map_err(drop)
}

#[instrumented("ends.cancelled.outer", fields(size = 3_u8))]
async fn outer(wait: oneshot::Receiver<()>) -> Result<(), ()> {
    inner(wait).await
}

#[tokio::test]
async fn a_future_dropped_in_the_middle_is_cancelled_and_one_never_polled_is_nothing() {
    let capture = listen("ends.cancelled");
    let (_sender, receiver) = oneshot::channel();
    drop(outer(receiver));
    assert!(capture.names().is_empty());
    let (_sender, receiver) = oneshot::channel();
    let mut future = Box::pin(outer(receiver));
    assert!(future.as_mut().now_or_never().is_none());
    drop(future);
    assert_eq!(told(&capture), ["outer.start", "inner.start", "inner.exception", "outer.exception"]);
    let end = capture.one("ends.cancelled.outer.exception");
    assert_eq!((end.outcome, end.field("size")), (Some(Outcome::Cancelled), Some("3")), "what was known is told");
    capture.assert_conserved();
}

#[tokio::test]
async fn one_dropped_because_a_sibling_panicked_is_cancelled() {
    let capture = listen("ends.cancelled");
    let (_sender, receiver) = oneshot::channel();
    let both = async {
        tokio::join!(inner(receiver), async {
            yield_now().await;
            panic!("the sibling")
        })
    };
    assert!(AssertUnwindSafe(both).catch_unwind().await.is_err());
    assert_eq!(capture.one("ends.cancelled.inner.exception").outcome, Some(Outcome::Cancelled));
}

#[instrumented("ends.family.leaf", fields(n))]
async fn leaf(n: u8) {
    yield_now().await;
    let _ = n;
}

#[instrumented("ends.family.branch")]
async fn branch() {
    tokio::join!(leaf(1), leaf(2));
    let spawned = tokio::spawn(leaf(3));
    let carried = tokio::spawn(CurrentSpan::get().carry(leaf(4)));
    let (spawned, carried) = tokio::join!(spawned, carried);
    spawned.expect("no panic");
    carried.expect("no panic");
    alone();
    let parent = CurrentSpan::get().id();
    std::thread::scope(|scope| {
        scope.spawn(move || told_of_its_parent(parent));
    });
}

#[instrumented("ends.family.alone", root)]
fn alone() {}

#[instrumented("ends.family.told", parent = parent)]
fn told_of_its_parent(parent: Option<buckets::telemetry::SpanId>) {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_begins_within_is_a_child_across_awaits_and_across_tasks_when_asked() {
    let capture = listen("ends.family");
    branch().await;
    let branch = capture.one("ends.family.branch.start").span_id;
    let parent_of = |n: &str| {
        let starts = capture.named("ends.family.leaf.start");
        starts.iter().find(|event| event.field("n") == Some(n)).expect("told").parent_id
    };
    assert_eq!([parent_of("1"), parent_of("2"), parent_of("4")], [Some(branch); 3]);
    assert_eq!(parent_of("3"), None, "a task is on its own unless asked");
    assert_eq!(capture.one("ends.family.alone.start").parent_id, None);
    assert_eq!(capture.one("ends.family.told.start").parent_id, Some(branch));
    assert_eq!(CurrentSpan::get().id(), None, "nothing is left behind");
    capture.assert_conserved();
}

#[test]
fn after_a_panic_the_span_before_is_current_again() {
    let capture = listen("ends.again");
    span!("ends.again.outer", {
        let before = CurrentSpan::get();
        assert!(std::panic::catch_unwind(|| panics(String::new())).is_err());
        assert_eq!(CurrentSpan::get(), before);
    });
    assert_eq!(CurrentSpan::get().id(), None);
    capture.assert_conserved();
}

#[instrumented("ends.destroyed.work")]
fn work(_: Guarded) {}

struct Guarded;

impl Drop for Guarded {
    fn drop(&mut self) {
        work_in_drop();
    }
}

#[instrumented("ends.destroyed.in_drop")]
fn work_in_drop() -> u8 {
    1
}

#[test]
fn what_runs_while_unwinding_ends_as_it_does() {
    let capture = listen("ends.destroyed");
    let unwinding = std::panic::catch_unwind(|| {
        let _guarded = Guarded;
        panic!("unwinding");
    });
    assert!(unwinding.is_err());
    work(Guarded);
    let ends = capture.named("ends.destroyed.in_drop.stop");
    assert_eq!(ends.len(), 2, "it succeeded though the thread was unwinding");
    capture.assert_conserved();
}

#[test]
fn a_handler_that_calls_what_is_instrumented_does_not_hear_of_itself() {
    #[instrumented("ends.handler.within")]
    fn within() {}
    #[instrumented("ends.handler.without")]
    fn without() {}

    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    let handler = move |event: &Event<'_>| {
        keep.lock().expect("no panic").push(event.full_name().to_string());
        within();
    };
    Dispatcher::global().attach("ends.handler", "ends.handler", handler).expect("one of this name");
    without();
    Dispatcher::global().detach("ends.handler");
    assert_eq!(*heard.lock().expect("no panic"), ["ends.handler.without.start", "ends.handler.without.stop"]);
}

#[derive(Debug, PartialEq)]
enum Odd {
    Missing,
    Busy,
}

#[instrumented("ends.rules.ok_if", ok_if = |result| matches!(result, Ok(status) if *status < 500))]
fn ok_if(status: u16) -> Result<u16, Odd> {
    Ok(status)
}

#[instrumented("ends.rules.kind", kind = |error| match error { Odd::Missing => ErrorKind::NotFound, Odd::Busy => ErrorKind::Throttled })]
async fn kind(error: Odd) -> Result<(), Odd> {
    Err(error)
}

#[instrumented("ends.rules.expected", expected(NotFound))]
fn expected(kind: ErrorKind) -> buckets::Result<()> {
    Err(buckets::Error::new(kind, "no"))
}

#[instrumented("ends.rules.expected_if", expected(|error| *error == Odd::Missing))]
fn expected_if(error: Odd) -> Result<(), Odd> {
    Err(error)
}

#[instrumented("ends.rules.none", none = error)]
fn none() -> Option<u8> {
    None
}

#[instrumented("ends.rules.none_expected", none = expected)]
fn none_expected() -> Option<u8> {
    None
}

#[instrumented("ends.rules.outcome", outcome = |result| if *result { Outcome::Success } else { Outcome::Cancelled })]
fn outcome(go_on: bool) -> bool {
    go_on
}

#[instrumented("ends.rules.err_stop", err = stop)]
fn err_stop(ok: bool) -> Result<(), Odd> {
    if ok { Ok(()) } else { Err(Odd::Busy) }
}

#[instrumented("ends.rules.chain")]
fn chain() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let cause = buckets::Error::new(ErrorKind::ChecksumMismatch, "not what it was");
    Err(std::io::Error::other(cause).into())
}

#[tokio::test]
async fn rules_decide_where_they_are_given() {
    let capture = listen("ends.rules");
    let ended = |name: &str| {
        let events = capture.named(&format!("ends.rules.{name}"));
        events.iter().rev().find_map(|event| event.outcome).expect("it ended")
    };
    assert_eq!((ok_if(404), ended("ok_if")), (Ok(404), Outcome::Success));
    assert_eq!((ok_if(503), ended("ok_if")), (Ok(503), Outcome::Error(ErrorKind::Other)));
    assert_eq!((kind(Odd::Busy).await, ended("kind")), (Err(Odd::Busy), Outcome::Error(ErrorKind::Throttled)));
    assert!(expected(ErrorKind::NotFound).is_err());
    assert_eq!(ended("expected"), Outcome::Expected(ErrorKind::NotFound));
    assert!(expected(ErrorKind::Io).is_err());
    assert_eq!(ended("expected"), Outcome::Error(ErrorKind::Io));
    assert_eq!(
        (expected_if(Odd::Missing), ended("expected_if")),
        (Err(Odd::Missing), Outcome::Expected(ErrorKind::Other))
    );
    assert_eq!((none(), ended("none")), (None, Outcome::Error(ErrorKind::NotFound)));
    assert_eq!((none_expected(), ended("none_expected")), (None, Outcome::Expected(ErrorKind::NotFound)));
    assert_eq!((outcome(true), ended("outcome")), (true, Outcome::Success));
    assert_eq!((outcome(false), ended("outcome")), (false, Outcome::Cancelled));
    assert_eq!((err_stop(false), ended("err_stop")), (Err(Odd::Busy), Outcome::Success));
    assert_eq!(capture.one("ends.rules.err_stop.stop").field("result"), Some("error"));
    assert!(chain().is_err());
    let end = capture.one("ends.rules.chain.exception");
    assert_eq!((end.kind, end.error[0].as_str()), (Some(ErrorKind::ChecksumMismatch), "not what it was"));
    capture.assert_conserved();
}
