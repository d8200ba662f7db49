//! Sentry's own judge of events, and a running server that shows them.

use buckets::handlers::sentry::Sentry;
use buckets::telemetry::{EventName, KeyPolicy, Outcome, Scope, Span, SpanStart};
use buckets::{Cloud, Error, ErrorKind};
use buckets_tests::components::relay;
use buckets_tests::components::spotlight::Spotlight;
use buckets_tower::retry::RetryPolicy;
use buckets_tower::{RetryLayer, TelemetryLayer};
use sentry::ClientOptions;
use serde_json::{Value, json};

use crate::inbox::Inbox;
use crate::stores::{breaking_off, dispatcher, failing, key, unavailable};

static RESIZE: EventName = EventName::new("my_app.image.resize");

/// Reports of all forms: short ones and such with all there can be.
async fn reports() -> Vec<Value> {
    let (dispatcher, _clock) = dispatcher();
    dispatcher.set_key_policy(KeyPolicy::Full);
    let sentry = Sentry::builder()
        .select(["buckets.cloud", "my_app"])
        .panics(true)
        .show_keys(true)
        .show_sources(true)
        .limit(1, 0)
        .build();
    sentry.attach(&dispatcher).expect("attached");
    let retry = || RetryLayer::new(RetryPolicy::new().max_attempts(3));
    let failing = Cloud::over("uploads", "s3", failing(unavailable)).layer(retry()).layer(TelemetryLayer::new());
    let failing = failing.dispatcher(dispatcher.clone()).build();
    let breaking = Cloud::over("uploads", "s3", breaking_off()).layer(TelemetryLayer::new());
    let breaking = breaking.dispatcher(dispatcher.clone()).build();
    let inbox = Inbox::with(sentry::apply_defaults(ClientOptions::new()));
    let work = async {
        failing.read(&key()).await.expect_err("it fails");
        breaking.reader(&key()).await.expect("a head").body.collect(100).await.expect_err("it breaks off");
        let scope = Scope::new(dispatcher, &"a name that is too long for a tag. ".repeat(20), "lines\nof\ttext");
        for kind in ErrorKind::ALL {
            let key = key();
            let span = Span::start_with(&scope, &RESIZE, || SpanStart::new().key(&key));
            span.end(Outcome::Error(*kind), Some(&unavailable()));
        }
        Span::start(&scope, &RESIZE).end(Outcome::Panic, None);
    };
    inbox.during(work).await;
    inbox.events().iter().map(|event| serde_json::to_value(event).expect("JSON")).collect()
}

#[tokio::test(start_paused = true)]
async fn sentry_takes_every_report_as_it_is() {
    let reports = reports().await;
    assert_eq!(reports.len(), 2 + ErrorKind::ALL.len());
    let stored = relay::normalised(&reports);
    for (sent, stored) in reports.iter().zip(&stored) {
        assert_eq!(stored.get("errors"), None, "{stored:#}");
        assert_eq!(stored.get("_meta"), None, "{stored:#}");
        for part in ["fingerprint", "level", "logger"] {
            // What is as usual the client does not send.
            assert!(sent.get(part).is_none_or(|value| *value == stored[part]), "{part} of {stored:#}");
        }
        assert_eq!(stored["contexts"]["storage"], sent["contexts"]["storage"]);
        assert_eq!(stored["exception"], sent["exception"]);
        let tags = stored["tags"].as_array().expect("tags").iter();
        let tags: serde_json::Map<_, _> =
            tags.map(|tag| (tag[0].as_str().expect("a name").to_owned(), tag[1].clone())).collect();
        assert_eq!(Value::Object(tags), sent["tags"]);
        assert!(sent["tags"].as_object().expect("tags").values().all(|tag| tag.to_string().len() <= 202));
    }
}

/// So that the test above means something.
#[test]
fn the_judge_finds_what_is_wrong() {
    let broken = json!({ "event_id": "none", "level": "bad", "unknown": 1 });
    let stored = relay::normalised(&[broken]);
    let errors: Vec<_> = stored[0]["errors"].as_array().expect("errors").iter().map(|error| &error["name"]).collect();
    assert_eq!(errors, ["event_id", "level", "unknown"]);
}

#[tokio::test]
async fn a_running_server_shows_the_burst_and_then_the_next_cause() {
    let spotlight = Spotlight::start().await;
    let (dispatcher, _clock) = dispatcher();
    let sentry = Sentry::new();
    sentry.attach(&dispatcher).expect("attached");
    // Without a source: of several exceptions its terminal shows the first, which is the innermost.
    let plain = || Error::new(ErrorKind::Unavailable, "the store cannot answer");
    let cloud = Cloud::over("uploads", "s3", failing(plain)).dispatcher(dispatcher.clone()).build();
    let other = Cloud::over("uploads", "s3", breaking_off()).dispatcher(dispatcher).build();
    let work = async {
        for _ in 0..1000 {
            cloud.read(&key()).await.expect_err("it fails");
        }
        other.read(&key()).await.expect_err("it breaks off");
    };
    let inbox = Inbox::with(sentry::apply_defaults(ClientOptions::new()));
    inbox.during(work).await;
    for envelope in inbox.envelopes() {
        spotlight.send(envelope).await;
    }

    let shown = spotlight.errors_until("interrupted").await;
    let types: Vec<_> = shown.iter().map(|error| error["exception_type"].as_str().expect("a type")).collect();
    assert_eq!(types, [vec!["unavailable"; 5], vec!["interrupted"]].concat());
    assert_eq!(shown[0]["exception_value"], "the store cannot answer");
    assert_eq!(shown[0]["storage.operation"], "read");
    assert_eq!(shown[0]["storage.adapter"], "s3");
    assert_eq!(sentry.suppressed(), 995);
}
