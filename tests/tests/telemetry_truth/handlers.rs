//! Who hears of what, and what handlers that misbehave can do.

use std::sync::{Arc, Mutex};

use buckets::telemetry::{AttachError, Dispatcher, Event, EventName, Handler, Scope, Span};
use buckets::testing::Capture;
use buckets::{Error, ErrorKind};

use crate::scripted::panics;

static READ: EventName = EventName::new("truth.handlers.read");
static WRITE: EventName = EventName::new("truth.handlers.write");
static READER: EventName = EventName::new("truth.handlers.reader");
static NOTE: EventName = EventName::new("truth.handlers.note");

const FAILURE: &str = "buckets.telemetry.handler.failure";

/// One of each stage of each name.
fn all_events(scope: &Scope) {
    for name in [&READ, &WRITE, &READER] {
        let span = Span::start(scope, name);
        span.point(&NOTE, &[], &[]);
        span.succeed();
        drop(Span::start(scope, name));
    }
}

fn heard(selectors: &[&str]) -> Vec<String> {
    let dispatcher = Dispatcher::new();
    let capture = Capture::select(&dispatcher, selectors).expect("valid");
    all_events(&Scope::of(dispatcher));
    let mut names = capture.names();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn selectors_take_whole_segments_prefixes_and_wildcards() {
    assert_eq!(heard(&["truth.handlers.read.stop"]), ["truth.handlers.read.stop"]);
    assert_eq!(
        heard(&["truth.handlers.read"]),
        ["truth.handlers.read.exception", "truth.handlers.read.start", "truth.handlers.read.stop"]
    );
    assert_eq!(
        heard(&["truth.*.*.stop"]),
        ["truth.handlers.read.stop", "truth.handlers.reader.stop", "truth.handlers.write.stop"]
    );
    assert_eq!(heard(&["truth.handlers.note", "truth.handlers.note"]), ["truth.handlers.note"]);
    assert_eq!(heard(&["truth"]).len(), 10);
    assert_eq!(heard(&[""]), heard(&["*"]));
    assert!(heard(&["truth.handlers.rea", "handlers", "truth.handlers.read.stop.more"]).is_empty());
    assert!(heard(&[]).is_empty());
}

#[test]
fn an_event_that_is_selected_twice_comes_once() {
    let dispatcher = Dispatcher::new();
    let capture = Capture::select(&dispatcher, &["truth", "truth.handlers.read", ""]).expect("valid");
    Span::start(&Scope::of(dispatcher), &READ).succeed();
    assert_eq!(capture.names(), ["truth.handlers.read.start", "truth.handlers.read.stop"]);
}

#[test]
fn handlers_are_attached_listed_and_detached_by_id() {
    let dispatcher = Dispatcher::new();
    let nothing = |_: &Event<'_>| {};
    dispatcher.attach("one", "truth.handlers", nothing).expect("attached");
    dispatcher.attach_many("two", &["truth.handlers.read", "truth.*.write.stop"], nothing).expect("attached");
    assert_eq!(dispatcher.attach("one", "", nothing), Err(AttachError::AlreadyAttached("one".into())));
    for bad in ["Truth", "truth.", ".truth", "a b", "truth.handlers.rea*"] {
        assert_eq!(
            dispatcher.attach_many("three", &["truth", bad], nothing),
            Err(AttachError::InvalidSelector(bad.into()))
        );
    }
    let listed: Vec<_> = dispatcher.list_handlers().into_iter().map(|info| (info.id, info.selectors)).collect();
    let selectors = |texts: &[&str]| texts.iter().map(|&text| text.into()).collect::<Vec<Box<str>>>();
    assert_eq!(
        listed,
        [
            ("one".into(), selectors(&["truth.handlers"])),
            ("two".into(), selectors(&["truth.handlers.read", "truth.*.write.stop"]))
        ]
    );
    assert!(dispatcher.detach("one") && !dispatcher.detach("one"));
    assert!(dispatcher.is_active());
    assert!(dispatcher.detach("two"));
    assert!(!dispatcher.is_active());
    dispatcher.attach("one", "", nothing).expect("the id is free again");
}

#[test]
fn a_detached_handler_hears_nothing_and_own_dispatchers_do_not_hear_each_other() {
    let (one, two) = (Capture::new(), Capture::new());
    all_events(&Scope::of(one.dispatcher()));
    assert!(two.events().is_empty());

    let events = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&events);
    let keep = move |event: &Event<'_>| kept.lock().expect("no panic").push(event.full_name().to_string());
    let dispatcher = two.dispatcher();
    dispatcher.attach("keep", "truth", keep).expect("attached");
    let span = Span::start(&Scope::of(dispatcher.clone()), &READ);
    dispatcher.detach("keep");
    span.succeed();
    assert_eq!(*events.lock().expect("no panic"), ["truth.handlers.read.start"]);
    two.assert_conserved();
}

#[test]
fn events_younger_than_the_handlers_are_heard() {
    let capture = Capture::new();
    for segment in ["never_seen_before", "nor_this"] {
        Span::start(&Scope::of(capture.dispatcher()), EventName::child("truth.young", segment)).succeed();
    }
    assert_eq!(capture.named("truth.young.*.stop").len(), 2);
    capture.assert_conserved();
}

/// What a panic carries, and panics once more when dropped.
struct Nasty;

impl Drop for Nasty {
    fn drop(&mut self) {
        panic!("and again");
    }
}

#[test]
fn a_handler_that_panics_is_counted_and_reported_and_the_others_still_hear() {
    let dispatcher = Dispatcher::new();
    let before = Capture::on(&dispatcher);
    dispatcher.attach("bad", "truth", |_: &Event<'_>| panic!("as the test says")).expect("attached");
    dispatcher.attach("nasty", "truth", |_: &Event<'_>| std::panic::panic_any(Nasty)).expect("attached");
    dispatcher.attach("worse", FAILURE, |_: &Event<'_>| panic!("at the report")).expect("attached");
    let after = Capture::on(&dispatcher);
    Span::start(&Scope::of(dispatcher.clone()), &READ).succeed();

    for capture in [&before, &after] {
        assert_eq!(capture.named("truth").len(), 2);
        let reports: Vec<_> = capture
            .named(FAILURE)
            .iter()
            .map(|event| [event.field("handler"), event.field("event")].map(|text| text.expect("told").to_owned()))
            .collect();
        let (start, stop) = ("truth.handlers.read.start", "truth.handlers.read.stop");
        assert_eq!(reports, [["bad", start], ["nasty", start], ["bad", stop], ["nasty", stop]]);
        capture.assert_conserved();
    }
    let failures: Vec<_> = dispatcher.list_handlers().into_iter().map(|info| info.failures).collect();
    assert_eq!(failures, [0, 2, 2, 4, 0]);
    assert_eq!(dispatcher.suppressed_events(), 0);
}

#[test]
fn a_handler_may_panic_while_the_operation_does() {
    let capture = Capture::new();
    let dispatcher = capture.dispatcher();
    dispatcher.attach("bad", "truth", |_: &Event<'_>| panic!("as the test says")).expect("attached");
    panics(|| {
        let _span = Span::start(&Scope::of(dispatcher.clone()), &READ);
        panic!("the operation");
    });
    assert_eq!(capture.one("truth.handlers.read.exception").kind, Some(ErrorKind::Panic));
    assert_eq!(capture.named(FAILURE).len(), 2);
    capture.assert_conserved();
}

#[test]
fn an_operation_that_runs_while_another_unwinds_is_not_that_panic() {
    struct Cleanup(Scope);
    impl Drop for Cleanup {
        fn drop(&mut self) {
            drop(Span::start(&self.0, &READ));
            Span::start(&self.0, &WRITE).succeed();
        }
    }
    let capture = Capture::new();
    panics(|| {
        let _cleanup = Cleanup(Scope::of(capture.dispatcher()));
        panic!("another");
    });
    assert_eq!(capture.one("truth.handlers.read.exception").kind, Some(ErrorKind::Cancelled));
    assert_eq!(capture.named("truth.handlers.write.stop").len(), 1);
    capture.assert_conserved();
}

#[test]
fn what_a_handler_causes_does_not_come_back_to_it() {
    struct Curious(Scope, Mutex<Vec<Span>>);
    impl Handler for Curious {
        fn handle(&self, _: &Event<'_>) {
            // Kept beyond the event, so that its end would be heard if its start had counted.
            let span = Span::start(&self.0, &WRITE);
            span.point(&NOTE, &[], &[]);
            self.1.lock().expect("no panic").push(span);
        }
    }
    let capture = Capture::new();
    let dispatcher = capture.dispatcher();
    let scope = Scope::of(dispatcher.clone());
    dispatcher.attach("curious", "truth", Curious(scope.clone(), Mutex::default())).expect("attached");
    Span::start(&scope, &READ).succeed();
    assert!(dispatcher.detach("curious"));
    assert_eq!(capture.names(), ["truth.handlers.read.start", "truth.handlers.read.stop"]);
    assert_eq!(dispatcher.suppressed_events(), 2);
}

#[test]
fn an_operation_that_a_handler_ends_still_ends() {
    let capture = Capture::new();
    let dispatcher = capture.dispatcher();
    let scope = Scope::of(dispatcher.clone());
    let held = Mutex::new(vec![Span::start(&scope, &WRITE), Span::start(&scope, &READER)]);
    let let_go = move |_: &Event<'_>| {
        let mut held = held.lock().expect("no panic");
        if let Some(span) = held.pop() {
            span.fail(&Error::new(ErrorKind::Timeout, "given up"));
        }
    };
    dispatcher.attach("let_go", "truth", let_go).expect("attached");
    Span::start(&scope, &READ).succeed();
    capture.assert_conserved();
    assert_eq!(
        capture.names()[2..],
        [
            "truth.handlers.read.start",
            "truth.handlers.reader.exception",
            "truth.handlers.write.exception",
            "truth.handlers.read.stop"
        ]
    );
    assert_eq!(capture.one("truth.handlers.write.exception").kind, Some(ErrorKind::Timeout));
}

#[test]
fn handlers_may_change_who_is_attached() {
    struct Last(Dispatcher, Capture);
    impl Drop for Last {
        fn drop(&mut self) {
            // The capture detaches itself next, from within the detaching of its owner.
            assert!(!self.1.events().is_empty());
            self.0.attach("heir", "truth", |_: &Event<'_>| {}).expect("attached");
        }
    }
    let dispatcher = Dispatcher::new();
    let scope = Scope::of(dispatcher.clone());
    let last = Last(dispatcher.clone(), Capture::on(&dispatcher));
    let handler = move |_: &Event<'_>| {
        last.0.detach("changing");
        last.0.attach("other", "truth", |_: &Event<'_>| {}).ok();
    };
    dispatcher.attach("changing", "truth", handler).expect("attached");
    Span::start(&scope, &READ).succeed();
    let ids: Vec<_> = dispatcher.list_handlers().into_iter().map(|info| info.id.into_string()).collect();
    assert_eq!(ids, ["other", "heir"]);
}
