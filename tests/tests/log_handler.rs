//! The log handler: what an application's log says of events, and what nothing can make it say.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use buckets::handlers::log::Log;
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{
    AttachError, Candidate, Dispatcher, Event, EventName, KeyPolicy, Number, Outcome, Sampling, Scope, Span, SpanStart,
    Value,
};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind, Key};
use serde_json::json;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

/// What a subscriber wrote.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("UTF-8")
    }

    /// The lines, each of which is a JSON object.
    fn lines(&self) -> Vec<serde_json::Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
    }

    #[track_caller]
    fn one(&self) -> serde_json::Value {
        let [line] = self.lines().try_into().unwrap_or_else(|lines| panic!("want one line, got {lines:#?}"));
        line
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What `work` logs as JSON, from this level on.
fn logged(level: Level, work: impl FnOnce()) -> Written {
    let written = Written::default();
    let subscriber =
        tracing_subscriber::fmt().json().without_time().with_max_level(level).with_writer(written.clone()).finish();
    tracing::subscriber::with_default(subscriber, work);
    written
}

/// What `work` logs as text for people.
fn logged_text(work: impl FnOnce()) -> String {
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .without_time()
        .with_ansi(false)
        .with_max_level(Level::TRACE)
        .with_writer(written.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, work);
    written.text()
}

fn attached(log: Log) -> (Dispatcher, ManualClock) {
    attached_with(log, KeyPolicy::Omit)
}

fn attached_with(log: Log, keys: KeyPolicy) -> (Dispatcher, ManualClock) {
    let clock = ManualClock::new();
    let dispatcher = Dispatcher::builder().clock(clock.clone()).key_policy(keys).build();
    log.attach(&dispatcher).expect("the first to be attached");
    (dispatcher, clock)
}

fn scope(dispatcher: &Dispatcher) -> Scope {
    Scope::new(dispatcher.clone(), "uploads", "memory")
}

#[test]
fn a_failure_is_a_warning_with_all_that_is_known_of_it() {
    let (dispatcher, clock) = attached(Log::new());
    let written = logged(Level::WARN, || {
        let parent = Span::start(&scope(&dispatcher), &names::CLOUD_COPY);
        let key = Key::new("tenant/anna/cv.pdf").expect("a key");
        let mut span = Span::start_with(&scope(&dispatcher), &names::CLOUD_INSERT, || {
            SpanStart::new().key(&key).content_type(Some("application/pdf")).parent(parent.id())
        });
        clock.advance(Duration::from_micros(1_500));
        span.first_byte();
        span.add_bytes(77);
        span.set_attempts(3);
        let error = Error::new(ErrorKind::Unavailable, "the store cannot answer")
            .with_source(io::Error::other("connection reset"))
            .with_request_id("req-1")
            .with_http_status(503);
        span.fail(&error);
        parent.succeed();
    });
    let mut line = written.one();
    let span_id = line["fields"]["span_id"].take();
    let parent_id = line["fields"]["parent_id"].take();
    assert!(span_id.as_u64() > parent_id.as_u64(), "{span_id} in {parent_id}");
    assert_eq!(
        line,
        json!({
            "level": "WARN",
            "target": "buckets::telemetry",
            "fields": {
                "message": "insert failed: unavailable",
                "event": "buckets.cloud.insert.exception",
                "operation": "insert",
                "adapter": "memory",
                "cloud": "uploads",
                "span_id": null,
                "parent_id": null,
                "duration_ms": 1.5,
                "status": "error",
                "kind": "unavailable",
                "attempts": 3,
                "bytes": 77,
                "time_to_first_byte_ms": 1.5,
                "content_type": "application",
                "error": "the store cannot answer: connection reset",
                "retryable": true,
                "http_status": 503,
                "request_id": "req-1",
            },
        })
    );
}

#[test]
fn only_failures_are_warnings() {
    let (dispatcher, _) = attached(Log::new());
    let all = || {
        let scope = scope(&dispatcher);
        let begin = || Span::start(&scope, &names::CLOUD_HEAD);
        begin().succeed();
        begin().end(Outcome::Expected(ErrorKind::NotFound), Some(&Error::not_found()));
        drop(begin());
        begin().fail(&Error::not_found());
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _span = begin();
            std::panic::resume_unwind(Box::new("out of the operation"));
        }));
        assert!(panicked.is_err());
        Span::start(&scope, &names::ADAPTER_HEAD).fail(&Error::not_found());
    };
    let lines = |level| -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        logged(level, all).lines().iter().map(|line| (text(&line["level"]), text(&line["fields"]["message"]))).collect()
    };
    let expected = [
        ("DEBUG", "head succeeded"),
        ("DEBUG", "head answered not_found"),
        ("DEBUG", "head cancelled"),
        ("WARN", "head failed: not_found"),
        ("WARN", "head panicked"),
    ];
    let expected = expected.map(|(level, message)| (level.to_owned(), message.to_owned()));
    assert_eq!(lines(Level::TRACE), expected);
    assert_eq!(lines(Level::WARN), expected[3..]);
}

#[test]
fn what_sampling_drops_is_left_out_and_what_fails_never_is() {
    for (decided, successes, weight) in [(Sampling::DROPPED, 0, None), (Sampling::kept(10.0), 1, Some(10.0))] {
        let (dispatcher, _) = attached(Log::new());
        dispatcher.set_sampler(move |_: &Candidate<'_>| decided);
        let lines = logged(Level::TRACE, || {
            let begin = || Span::start(&scope(&dispatcher), &names::CLOUD_HEAD);
            begin().succeed();
            begin().fail(&Error::not_found());
            drop(begin());
        })
        .lines();
        assert_eq!(lines.len(), successes + 2);
        assert_eq!(lines[0]["fields"]["weight"].as_f64(), weight.filter(|_| successes > 0));
        assert!(lines[successes..].iter().all(|line| line["fields"]["weight"].is_null()), "each stands for itself");
    }
}

#[test]
fn levels_and_selection_can_be_set() {
    let log = Log::new()
        .select(["buckets.adapter", "my_app"])
        .start(Level::TRACE)
        .success(Level::INFO)
        .failure(Level::ERROR)
        .expected(None)
        .cancelled(None)
        .point(Level::INFO);
    let (dispatcher, _) = attached(log);
    static RETRY: EventName = EventName::new("buckets.adapter.get.retry");
    static SCAN: EventName = EventName::new("my_app.scan");
    let written = logged(Level::TRACE, || {
        let scope = scope(&dispatcher);
        Span::start(&scope, &names::CLOUD_READ).succeed();
        let span = Span::start(&scope, &names::ADAPTER_GET);
        span.point(&RETRY, &[("wait", Number::Duration(Duration::from_millis(20)))], &[("reason", "throttled".into())]);
        span.succeed();
        drop(Span::start_with(&Scope::of(dispatcher.clone()), &SCAN, || {
            SpanStart::new().fields(&[("engine", Value::Str("clam\nav"))])
        }));
        Span::start(&scope, &names::ADAPTER_GET).fail(&Error::not_found());
    });
    let line = |line: &serde_json::Value| {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text(&line["level"]), text(&line["fields"]["event"]), text(&line["fields"]["metadata"]))
    };
    assert_eq!(
        written.lines().iter().map(line).collect::<Vec<_>>(),
        [
            "TRACE buckets.adapter.get.start -",
            "INFO buckets.adapter.get.retry wait=20ms reason=throttled",
            "INFO buckets.adapter.get.stop -",
            r"TRACE my_app.scan.start engine=clam\nav",
            "TRACE buckets.adapter.get.start -",
            "ERROR buckets.adapter.get.exception -",
        ]
    );
}

#[test]
fn a_handler_that_panics_is_a_warning() {
    let (dispatcher, _) = attached(Log::new());
    let broken = |_: &Event<'_>| std::panic::resume_unwind(Box::new("out of the handler"));
    dispatcher.attach("broken", "buckets.adapter", broken).expect("attached");
    let written = logged(Level::WARN, || drop(Span::start(&scope(&dispatcher), &names::ADAPTER_LIST)));
    let lines = written.lines();
    assert_eq!(lines.len(), 2, "one for the start, one for the end: {lines:#?}");
    assert_eq!(lines[0]["level"], "WARN");
    assert_eq!(lines[0]["fields"]["message"], "buckets.telemetry.handler.failure");
    assert_eq!(lines[0]["fields"]["metadata"], "handler=broken event=buckets.adapter.list.start");
}

#[test]
fn keys_are_shown_as_far_as_the_policy_goes() {
    let shown = |policy: KeyPolicy| {
        let (dispatcher, _) = attached_with(Log::new().start(Level::TRACE), policy);
        let key = Key::new("tenant/canary-7153.pdf").expect("a key");
        let written = logged(Level::TRACE, || {
            let begin = || Span::start_with(&scope(&dispatcher), &names::CLOUD_DELETE, || SpanStart::new().key(&key));
            begin().succeed();
            begin().fail(&Error::not_found());
            drop(begin());
        });
        let keys: Vec<_> = written.lines().iter().map(|line| line["fields"]["key"].clone()).collect();
        assert_eq!(keys.len(), 6);
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        (keys[0].as_str().map(str::to_owned), written.text())
    };
    let (key, text) = shown(KeyPolicy::Omit);
    assert_eq!(key, None);
    assert!(!text.contains("canary") && !text.contains("tenant"), "{text}");
    let (key, text) = shown(KeyPolicy::hash());
    assert_eq!(key.map(|key| key.len()), Some(16));
    assert!(!text.contains("canary") && !text.contains("tenant"), "{text}");
    assert_eq!(shown(KeyPolicy::Full).0.as_deref(), Some("tenant/canary-7153.pdf"));
}

#[test]
fn nothing_can_forge_a_line_or_colour_a_terminal() {
    const EVIL: &str = "x\r\n WARN buckets::telemetry: forged status=\"success\"\u{1b}[2K\u{202e}\u{2028}\u{9b}31m";
    let (dispatcher, _) = attached_with(Log::new(), KeyPolicy::Full);
    let work = || {
        let scope = Scope::new(dispatcher.clone(), EVIL, EVIL);
        let error =
            Error::new(ErrorKind::Other, EVIL).with_source(io::Error::other(EVIL.repeat(99))).with_request_id(EVIL);
        let span = Span::start(&scope, &names::CLOUD_READ);
        span.end_with(Outcome::Error(ErrorKind::Other), Some(&error), &[], &[("note", EVIL.into())]);
    };
    let text = logged_text(work);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.ends_with('\n'));
    let line = text.trim_end_matches('\n');
    assert!(!line.contains(|c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{2028}')), "{line:?}");
    assert!(!line.contains(" status=\"success\""), "a field of its own: {line}");
    assert!(line.contains(" status=\"error\""), "{line}");

    let line = logged(Level::TRACE, work).one();
    for (name, value) in line["fields"].as_object().expect("fields") {
        let text = value.as_str().unwrap_or_default();
        assert!(text.len() <= 256 + '…'.len_utf8(), "{name} has {} bytes", text.len());
        assert!(!text.chars().any(char::is_control), "{name}: {text:?}");
    }
}

#[test]
fn attaching_twice_is_an_error() {
    let (dispatcher, _) = attached(Log::new());
    assert_eq!(Log::new().attach(&dispatcher), Err(AttachError::AlreadyAttached(Log::ID.into())));
    let error = Log::new().select(["Not a selector"]).attach(&Dispatcher::new());
    assert_eq!(error, Err(AttachError::InvalidSelector("Not a selector".into())));
}

#[test]
fn a_flood_is_a_burst_and_then_a_count() {
    static WORK: EventName = EventName::new("buckets.cloud.flood");
    let clock = ManualClock::new();
    let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
    Log::new().limit(2, 6).attach(&dispatcher).expect("attached");
    let scope = Scope::of(dispatcher);
    let fail = |kind| Span::start(&scope, &WORK).fail(&Error::new(kind, "it failed"));
    let lines = logged(Level::WARN, || {
        (0..5).for_each(|_| fail(ErrorKind::Timeout));
        fail(ErrorKind::Io);
        clock.advance(Duration::from_secs(10));
        fail(ErrorKind::Timeout);
    })
    .lines();
    let told: Vec<_> =
        lines.iter().map(|line| (line["fields"]["kind"].as_str(), line["fields"]["suppressed"].as_u64())).collect();
    let expected = [(Some("timeout"), None), (Some("timeout"), None), (Some("io"), None), (Some("timeout"), Some(3))];
    assert_eq!(told, expected);
}
