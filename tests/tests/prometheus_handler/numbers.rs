//! What is counted, once and where it belongs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{AttachError, Dispatcher, Outcome, Scope, Span};
use buckets::{Error, ErrorKind};

use super::{Metered, find, value};

#[test]
fn every_outcome_is_counted_once_where_it_belongs() {
    let metered = Metered::new();
    let (uploads, backups) = (metered.scope("uploads"), metered.scope("backups"));
    for _ in 0..5 {
        metered.succeed(&uploads, &names::CLOUD_READ, 20);
    }
    metered.span(&uploads, &names::CLOUD_READ, 20).end(Outcome::Expected(ErrorKind::PreconditionFailed), None);
    metered.fail(&uploads, &names::CLOUD_READ, 7_000, ErrorKind::Timeout);
    metered.fail(&uploads, &names::CLOUD_READ, 7_000, ErrorKind::Timeout);
    metered.fail(&uploads, &names::CLOUD_READ, 1, ErrorKind::NotFound);
    metered.fail(&uploads, &names::CLOUD_READ, 1, ErrorKind::ChecksumMismatch);
    drop(metered.span(&uploads, &names::CLOUD_READ, 99));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _span = metered.span(&uploads, &names::CLOUD_READ, 1);
        std::panic::resume_unwind(Box::new("out of the operation"));
    }));
    assert!(panicked.is_err());
    metered.succeed(&backups, &names::CLOUD_READ, 20);

    metered.assert_all(&[
        (r#"buckets_operations_total{operation="read",adapter="memory",cloud="uploads",status="success"}"#, "5"),
        (r#"buckets_operations_total{operation="read",adapter="memory",cloud="uploads",status="error"}"#, "6"),
        (r#"buckets_operations_total{operation="read",adapter="memory",cloud="uploads",status="cancelled"}"#, "1"),
        (r#"buckets_operations_total{operation="read",adapter="memory",cloud="backups",status="success"}"#, "1"),
        (r#"buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="success"}"#, "0"),
        (r#"buckets_operation_errors_total{operation="read",adapter="memory",cloud="uploads",kind="timeout"}"#, "2"),
        (r#"buckets_operation_errors_total{operation="read",adapter="memory",cloud="uploads",kind="not_found"}"#, "1"),
        (r#"buckets_operation_errors_total{operation="read",adapter="memory",cloud="uploads",kind="panic"}"#, "1"),
        (
            r#"buckets_operation_errors_total{operation="read",adapter="memory",cloud="uploads",kind="checksum_mismatch"}"#,
            "1",
        ),
        (r#"buckets_operation_duration_seconds_count{operation="read",adapter="memory",cloud="uploads"}"#, "5"),
        (r#"buckets_operation_duration_seconds_sum{operation="read",adapter="memory",cloud="uploads"}"#, "0.1"),
        (r#"buckets_failed_operation_duration_seconds_count{operation="read",adapter="memory",cloud="uploads"}"#, "5"),
        (
            r#"buckets_failed_operation_duration_seconds_sum{operation="read",adapter="memory",cloud="uploads"}"#,
            "14.003",
        ),
        (
            r#"buckets_failed_operation_duration_seconds_bucket{le="5.0",operation="read",adapter="memory",cloud="uploads"}"#,
            "3",
        ),
        (r#"buckets_operations_in_flight{operation="read",adapter="memory",cloud="uploads"}"#, "0"),
        ("buckets_telemetry_events_total", "26"),
    ]);
    let page = metered.metrics.render();
    assert!(!page.contains(r#"kind="cancelled""#), "who goes away has made no error");
    let expected = r#"buckets_operation_errors_total{operation="read",adapter="memory",cloud="uploads",kind="precondition_failed"}"#;
    assert_eq!(value(&page, expected), "0", "an expected error is no failure");
}

#[test]
fn operations_of_clouds_and_of_adapters_are_apart() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    metered.succeed(&scope, &names::CLOUD_DELETE, 30);
    metered.succeed(&scope, &names::ADAPTER_DELETE, 10);
    metered.fail(&scope, &names::ADAPTER_DELETE, 10, ErrorKind::Throttled);
    metered.succeed(&metered.scope("backups"), &names::ADAPTER_DELETE, 10);
    metered.assert_all(&[
        (r#"buckets_operations_total{operation="delete",adapter="memory",cloud="uploads",status="success"}"#, "1"),
        (r#"buckets_operations_total{operation="delete",adapter="memory",cloud="uploads",status="error"}"#, "0"),
        (r#"buckets_adapter_operations_total{operation="delete",adapter="memory",status="success"}"#, "2"),
        (r#"buckets_adapter_operations_total{operation="delete",adapter="memory",status="error"}"#, "1"),
        (r#"buckets_adapter_operation_errors_total{operation="delete",adapter="memory",kind="throttled"}"#, "1"),
        (r#"buckets_adapter_operation_duration_seconds_sum{operation="delete",adapter="memory"}"#, "0.02"),
    ]);
    assert!(find(&metered.metrics.render(), r#"buckets_operations_total{operation="put""#).is_none());
}

#[test]
fn content_is_counted_by_the_way_it_went() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    let moved = |name, bytes| {
        let mut span = metered.span(&scope, name, 30);
        span.first_byte();
        span.add_bytes(bytes);
        span
    };
    moved(&names::CLOUD_INSERT, 5_000).succeed();
    moved(&names::CLOUD_READER, 100).succeed();
    drop(moved(&names::CLOUD_READER, 11));
    moved(&names::CLOUD_COPY, 7).succeed();
    metered.assert_all(&[
        (
            r#"buckets_transferred_bytes_total{operation="insert",adapter="memory",cloud="uploads",direction="upload"}"#,
            "5000",
        ),
        (
            r#"buckets_transferred_bytes_total{operation="reader",adapter="memory",cloud="uploads",direction="download"}"#,
            "111",
        ),
        (
            r#"buckets_transferred_bytes_total{operation="load",adapter="memory",cloud="uploads",direction="download"}"#,
            "0",
        ),
        (r#"buckets_object_size_bytes_sum{operation="insert",adapter="memory",cloud="uploads"}"#, "5000.0"),
        (r#"buckets_object_size_bytes_bucket{le="4096.0",operation="insert",adapter="memory",cloud="uploads"}"#, "0"),
        (r#"buckets_object_size_bytes_bucket{le="16384.0",operation="insert",adapter="memory",cloud="uploads"}"#, "1"),
        (r#"buckets_object_size_bytes_count{operation="reader",adapter="memory",cloud="uploads"}"#, "1"),
        (r#"buckets_object_size_bytes_sum{operation="copy",adapter="memory",cloud="uploads"}"#, "7.0"),
        (r#"buckets_time_to_first_byte_seconds_count{operation="reader",adapter="memory",cloud="uploads"}"#, "2"),
        (r#"buckets_time_to_first_byte_seconds_sum{operation="reader",adapter="memory",cloud="uploads"}"#, "0.06"),
    ]);
    let page = metered.metrics.render();
    assert!(!page.contains(r#"transferred_bytes_total{operation="copy""#), "a copy may not come through here");
}

#[test]
fn in_flight_is_what_has_begun_and_not_ended() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    let series = r#"buckets_operations_in_flight{operation="insert",adapter="memory",cloud="uploads"}"#;
    let first = Span::start(&scope, &names::CLOUD_INSERT);
    let second = Span::start(&scope, &names::CLOUD_INSERT);
    assert_eq!(metered.value(series), "2");
    first.succeed();
    assert_eq!(metered.value(series), "1");

    assert!(metered.dispatcher.detach(Prometheus::ID));
    metered.metrics.attach(&metered.dispatcher).expect("attached again");
    assert_eq!(metered.value(series), "0", "nobody tells of the end of what began before");
    let third = Span::start(&scope, &names::CLOUD_INSERT);
    second.succeed();
    assert_eq!(metered.value(series), "1");
    drop(third);
    assert_eq!(metered.value(series), "0");
}

#[test]
fn an_operation_older_than_the_handler_is_counted_but_was_never_in_flight() {
    let dispatcher = Dispatcher::new();
    dispatcher.attach("other", "buckets", |_: &buckets::telemetry::Event<'_>| ()).expect("attached");
    let scope = Scope::new(dispatcher.clone(), "uploads", "memory");
    let span = Span::start(&scope, &names::CLOUD_INSERT);
    let metrics = Prometheus::new();
    metrics.attach(&dispatcher).expect("attached");
    span.succeed();
    let page = metrics.render();
    let labels = r#"operation="insert",adapter="memory",cloud="uploads""#;
    assert_eq!(value(&page, &format!("buckets_operations_in_flight{{{labels}}}")), "0");
    assert_eq!(value(&page, &format!(r#"buckets_operations_total{{{labels},status="success"}}"#)), "1");
}

#[test]
fn the_same_numbers_are_not_kept_or_shown_twice() {
    let metered = Metered::new();
    let taken = AttachError::AlreadyAttached(Prometheus::ID.into());
    assert_eq!(metered.metrics.attach(&metered.dispatcher), Err(taken.clone()));
    assert_eq!(Prometheus::new().attach(&metered.dispatcher), Err(taken));
    metered.succeed(&metered.scope("uploads"), &names::CLOUD_URL, 1);
    let labels = r#"{operation="url",adapter="memory",cloud="uploads",status="success"}"#;
    assert_eq!(metered.value(&format!("buckets_operations_total{labels}")), "1");

    let mut registry = prometheus_client::registry::Registry::default();
    metered.metrics.register(&mut registry).expect("the first time");
    let error = metered.metrics.register(&mut registry).expect_err("the second time");
    assert!(error.to_string().contains("registry already"), "{error}");
    let mut page = String::new();
    prometheus_client::encoding::text::encode(&mut page, &registry).expect("a page");
    assert_eq!(page.matches(&format!("buckets_operations_total{labels} 1\n")).count(), 1);
}

#[test]
fn two_dispatchers_with_one_handler_add_up() {
    let metered = Metered::new();
    let other = Dispatcher::new();
    metered.metrics.attach(&other).expect("attached to another dispatcher");
    metered.succeed(&metered.scope("uploads"), &names::CLOUD_URL, 1);
    Span::start(&Scope::new(other, "uploads", "memory"), &names::CLOUD_URL).succeed();
    let series = r#"buckets_operations_total{operation="url",adapter="memory",cloud="uploads",status="success"}"#;
    assert_eq!(metered.value(series), "2");
    assert_eq!(metered.value(r#"buckets_telemetry_handler_failures_total{handler="prometheus"}"#), "0");
}

#[test]
fn threads_at_once_lose_nothing() {
    const THREADS: u64 = 8;
    const EACH: u64 = 5_000;
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    std::thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| {
                for turn in 0..EACH {
                    let mut span = Span::start(&scope, &names::CLOUD_READ);
                    span.add_bytes(3);
                    match turn % 10 {
                        0 => span.fail(&Error::new(ErrorKind::Io, "it failed")),
                        1 => drop(span),
                        _ => span.succeed(),
                    }
                }
            });
        }
    });
    let labels = r#"operation="read",adapter="memory",cloud="uploads""#;
    let count = |share: u64| (THREADS * EACH * share / 10).to_string();
    metered.assert_all(&[
        (&format!(r#"buckets_operations_total{{{labels},status="success"}}"#), &count(8)),
        (&format!(r#"buckets_operations_total{{{labels},status="error"}}"#), &count(1)),
        (&format!(r#"buckets_operations_total{{{labels},status="cancelled"}}"#), &count(1)),
        (&format!(r#"buckets_operation_errors_total{{{labels},kind="io"}}"#), &count(1)),
        (&format!(r#"buckets_operation_duration_seconds_bucket{{le="0.01",{labels}}}"#), &count(8)),
        (&format!("buckets_operation_duration_seconds_count{{{labels}}}"), &count(8)),
        (&format!(r#"buckets_transferred_bytes_total{{{labels},direction="download"}}"#), &count(30)),
        (&format!("buckets_operations_in_flight{{{labels}}}"), "0"),
        ("buckets_telemetry_events_total", &count(20)),
    ]);
}

#[test]
fn recording_allocates_nothing() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    let work = || {
        for name in [&names::CLOUD_READ, &names::ADAPTER_GET] {
            let mut span = Span::start(&scope, name);
            span.first_byte();
            span.add_bytes(3);
            span.succeed();
            drop(Span::start(&scope, name));
        }
    };
    // The first time, the thread gets its number and the series their room.
    work();
    assert_eq!(allocation_counter::measure(work).count_total, 0);
}
