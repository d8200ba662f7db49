//! What a report says, of which failures there is one, and of which there is none.

use std::borrow::Cow;
use std::time::Duration;

use buckets::adapter::Memory;
use buckets::handlers::sentry::Sentry;
use buckets::operation::{Condition, Request, Response};
use buckets::telemetry::{
    AttachError, Dispatcher, EventName, KeyPolicy, Number, Outcome, Scope, Span, SpanStart, Value,
};
use buckets::{Cloud, Error, ErrorKind, InsertOptions, Key, Upload};
use buckets_tower::TelemetryLayer;
use sentry::Level;
use tower::service_fn;

use crate::inbox::{Inbox, storage};
use crate::stores::{breaking_off, dispatcher, failing, key, unavailable};

static RESIZE: EventName = EventName::new("my_app.image.resize");
static WAITED: EventName = EventName::new("my_app.image.resize.waited");

/// A scope whose failures, of all kinds of operations, are reported.
fn own_scope(sentry: &Sentry) -> Scope {
    let dispatcher = Dispatcher::new();
    sentry.attach(&dispatcher).expect("attached");
    Scope::of(dispatcher)
}

#[tokio::test]
async fn a_failure_is_one_event_that_says_what_happened() {
    let (dispatcher, clock) = dispatcher();
    Sentry::new().attach(&dispatcher).expect("attached");
    let slow = service_fn(move |_: Request| {
        clock.advance(Duration::from_millis(1500));
        async { Err::<Response, _>(unavailable()) }
    });
    let cloud = Cloud::over("uploads", "s3", slow).layer(TelemetryLayer::new()).dispatcher(dispatcher).build();

    let inbox = Inbox::new();
    inbox.during(cloud.insert(Upload::from_bytes("cv.png", "Anna's"))).await.expect_err("it fails");

    let event = inbox.one();
    assert_eq!((event.level, event.logger.as_deref()), (Level::Error, Some("buckets")));
    assert_eq!(event.fingerprint, ["buckets.cloud", "insert", "s3", "unavailable"].map(Cow::from).as_slice());
    let chain: Vec<_> = event.exception.iter().map(|e| (e.ty.as_str(), e.value.as_deref().unwrap_or("-"))).collect();
    assert_eq!(
        chain,
        [("io::Error", "Connection refused (os error 111)"), ("unavailable", "the store cannot answer")],
        "the cause first, as Sentry has it"
    );
    let mechanism = event.exception[1].mechanism.as_ref().expect("a mechanism");
    assert_eq!((mechanism.ty.as_str(), mechanism.handled), ("buckets", Some(true)));
    let tags: Vec<_> = event.tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        tags,
        [
            ("storage.adapter", "s3"),
            ("storage.cloud", "uploads"),
            ("storage.http_status", "503"),
            ("storage.kind", "unavailable"),
            ("storage.operation", "insert"),
            ("storage.retryable", "true"),
        ]
    );
    assert_eq!(storage(&event, "event").expect("a name"), "buckets.cloud.insert");
    assert_eq!(storage(&event, "duration_ms").expect("a duration"), 1500.0);
    assert_eq!(storage(&event, "retry_after_ms").expect("a wait"), 2000.0);
    assert_eq!(storage(&event, "request_id").expect("an id"), "req-1");
    assert_eq!(storage(&event, "content_type").expect("a type"), "image");
    assert_eq!(storage(&event, "suppressed"), None);
    // The adapter's own failure is a step on the way.
    let [step] = event.breadcrumbs.values.try_into().expect("one step");
    let sentry::Breadcrumb { category, message, data, .. } = step;
    assert_eq!(category.as_deref(), Some("buckets.adapter.put"));
    assert_eq!(message.as_deref(), Some("put failed: unavailable"));
    assert_eq!(data["duration_ms"], 1500.0);
}

#[tokio::test]
async fn what_is_no_failure_is_not_reported() {
    let dispatcher = Dispatcher::new();
    Sentry::new().attach(&dispatcher).expect("attached");
    let cloud = Cloud::builder("uploads", Memory::new()).layer(TelemetryLayer::new()).dispatcher(dispatcher).build();
    let inbox = Inbox::new();
    let work = async {
        let at = || InsertOptions::new().at(key());
        cloud.insert_with(Upload::from_bytes("a.txt", "a"), at()).await.expect("stored");
        let once = at().with_condition(Condition::if_absent());
        cloud.insert_with(Upload::from_bytes("a.txt", "a"), once).await.expect_err("it is there");
        assert!(!cloud.exists(&Key::new("missing").expect("valid")).await.expect("an answer"));
        cloud.head(&Key::new("missing").expect("valid")).await.expect_err("nothing there");
        drop(cloud.read(&key()));
        drop(cloud.reader(&key()).await.expect("found"));
    };
    inbox.during(work).await;
    assert_eq!(inbox.events(), []);
}

#[tokio::test]
async fn a_body_that_fails_behind_its_head_is_reported() {
    let dispatcher = Dispatcher::new();
    Sentry::new().attach(&dispatcher).expect("attached");
    let cloud =
        Cloud::over("uploads", "s3", breaking_off()).layer(TelemetryLayer::new()).dispatcher(dispatcher).build();
    let inbox = Inbox::new();
    let fetched = inbox.during(cloud.reader(&key())).await.expect("a head");
    assert_eq!(inbox.events(), []);
    // Read by another task, whose hub is another one.
    let elsewhere = Inbox::new();
    elsewhere.during(fetched.body.collect(100)).await.expect_err("it breaks off");
    assert_eq!(elsewhere.events(), []);
    let event = inbox.one();
    assert_eq!(event.exception[0].ty, "interrupted");
    assert_eq!(event.tags["storage.operation"], "reader");
    assert_eq!(storage(&event, "bytes").expect("a count"), 4);
}

#[tokio::test]
async fn without_a_client_nothing_happens() {
    let sentry = Sentry::builder().limit(1, 0).build();
    let dispatcher = Dispatcher::new();
    sentry.attach(&dispatcher).expect("attached");
    let cloud = Cloud::over("uploads", "s3", failing(unavailable)).dispatcher(dispatcher.clone()).build();
    for _ in 0..3 {
        cloud.read(&key()).await.expect_err("it fails");
    }
    assert_eq!(sentry.suppressed(), 0);
    let inbox = Inbox::new();
    inbox.during(cloud.read(&key())).await.expect_err("it fails");
    inbox.one();
    assert_eq!(dispatcher.list_handlers()[0].failures, 0);
}

#[test]
fn levels_tell_what_a_caller_can_cause_from_faults() {
    let inbox = Inbox::new();
    let sentry = Sentry::builder().select(["my_app"]).build();
    let scope = own_scope(&sentry);
    let level = |outcome| {
        sentry::Hub::run(inbox.hub().clone(), || Span::start(&scope, &RESIZE).end(outcome, None));
        inbox.events().pop().map(|event| event.level)
    };
    for kind in ErrorKind::ALL.iter().copied().filter(|kind| !matches!(kind, ErrorKind::Panic | ErrorKind::Cancelled)) {
        use ErrorKind as Kind;
        let expected = match kind {
            Kind::NotFound | Kind::AlreadyExists | Kind::PreconditionFailed | Kind::InvalidInput => Level::Warning,
            Kind::Unsupported | Kind::TooLarge | Kind::Throttled | Kind::Overloaded => Level::Warning,
            _ => Level::Error,
        };
        assert_eq!(level(Outcome::Error(kind)), Some(expected), "{kind}");
        assert_eq!(level(Outcome::Expected(kind)), None, "{kind}");
    }
    assert_eq!(level(Outcome::Panic), None, "Sentry's own hook reports it");
    assert_eq!(level(Outcome::Cancelled), None);
    assert_eq!(level(Outcome::Success), None);
}

#[test]
fn panics_and_kinds_can_be_chosen() {
    let inbox = Inbox::new();
    let sentry = Sentry::builder().select(["my_app"]).panics(true).ignore([ErrorKind::NotFound]).build();
    let scope = own_scope(&sentry);
    sentry::Hub::run(inbox.hub().clone(), || {
        Span::start(&scope, &RESIZE).end(Outcome::Panic, None);
        Span::start(&scope, &RESIZE).fail(&Error::not_found());
    });
    let event = inbox.one();
    assert_eq!((event.level, event.exception[0].ty.as_str()), (Level::Fatal, "panic"));
    assert_eq!(event.exception[0].value.as_deref(), Some("resize panicked"));
    assert_eq!(event.exception[0].mechanism.as_ref().and_then(|mechanism| mechanism.handled), Some(false));
}

#[test]
fn own_operations_are_reported_with_their_numbers_and_without_their_texts() {
    let inbox = Inbox::new();
    let scope = own_scope(&Sentry::builder().select(["my_app"]).build());
    sentry::Hub::run(inbox.hub().clone(), || {
        let span = Span::start_with(&scope, &RESIZE, || SpanStart::new().content_type(Some("image/png")));
        span.point(&WAITED, &[("tickets", Number::U64(2))], &[("by", Value::Str("anna"))]);
        let error = Error::new(ErrorKind::Io, "no memory");
        let fields = [("file", Value::Str("anna.png")), ("large", Value::Bool(true))];
        span.end_with(Outcome::Error(ErrorKind::Io), Some(&error), &[("pixels", Number::U64(640))], &fields);
    });
    let event = inbox.one();
    assert_eq!(event.fingerprint, ["my_app.image", "resize", "", "io"].map(Cow::from).as_slice());
    assert_eq!(storage(&event, "pixels").expect("a number"), 640);
    assert_eq!(storage(&event, "large").expect("a flag"), true);
    assert_eq!(storage(&event, "file"), None);
    assert_eq!(event.tags.get("storage.adapter"), None);
    let [step] = event.breadcrumbs.values.try_into().expect("one step");
    assert_eq!(step.category.as_deref(), Some("my_app.image.resize.waited"));
    assert_eq!(step.data["tickets"], 2);
    assert!(!step.data.contains_key("by"));
}

#[tokio::test]
async fn steps_of_other_operations_are_not_told() {
    let dispatcher = Dispatcher::new();
    Sentry::new().attach(&dispatcher).expect("attached");
    let cloud =
        Cloud::over("uploads", "s3", failing(unavailable)).layer(TelemetryLayer::new()).dispatcher(dispatcher).build();
    let inbox = Inbox::new();
    let work = async { futures_util::future::join(cloud.read(&key()), cloud.delete(&key())).await };
    let (read, delete) = inbox.during(work).await;
    assert!(read.is_err() && delete.is_err());
    for event in inbox.events() {
        let expected = match event.tags["storage.operation"].as_str() {
            "read" => "buckets.adapter.get",
            _ => "buckets.adapter.delete",
        };
        let steps: Vec<_> = event.breadcrumbs.iter().filter_map(|step| step.category.as_deref()).collect();
        assert_eq!(steps, [expected]);
    }
}

#[test]
fn keys_are_shown_to_who_asks_twice() {
    let shown = |sentry: Sentry, policy| {
        let dispatcher = Dispatcher::builder().key_policy(policy).build();
        sentry.attach(&dispatcher).expect("attached");
        let inbox = Inbox::new();
        sentry::Hub::run(inbox.hub().clone(), || {
            let key = key();
            let start = || SpanStart::new().key(&key);
            Span::start_with(&Scope::of(dispatcher), &RESIZE, start).fail(&Error::not_found());
        });
        storage(&inbox.one(), "key").map(|key| key.as_str().expect("a text").to_owned())
    };
    let quiet = || Sentry::builder().select(["my_app"]);
    assert_eq!(shown(quiet().build(), KeyPolicy::Full), None);
    assert_eq!(shown(quiet().show_keys(true).build(), KeyPolicy::Omit), None);
    assert_eq!(shown(quiet().show_keys(true).build(), KeyPolicy::Prefix(1)).as_deref(), Some("tenant/…"));
}

#[test]
fn one_handler_of_a_kind_and_only_valid_selections() {
    let dispatcher = Dispatcher::new();
    let bad = Sentry::builder().select(["Not a selector"]).build();
    assert!(matches!(bad.attach(&dispatcher), Err(AttachError::InvalidSelector(_))));
    Sentry::new().attach(&dispatcher).expect("attached");
    assert!(matches!(Sentry::new().attach(&dispatcher), Err(AttachError::AlreadyAttached(_))));
    assert!(dispatcher.detach(Sentry::ID));
}
