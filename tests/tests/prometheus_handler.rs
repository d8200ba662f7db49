//! The Prometheus handler: what it counts, how it is written down, and what a real Prometheus makes of it.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::routing::get;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::catalogue::{Bounds, names};
use buckets::telemetry::{AttachError, Dispatcher, EventName, Outcome, Scope, Span};
use buckets::testing::ManualClock;
use buckets::{Error, ErrorKind};
use buckets_tests::components::prometheus::Prometheus as Server;
use buckets_tests::components::promtool;

/// A handler at a dispatcher whose clock stands still.
struct Metered {
    metrics: Prometheus,
    dispatcher: Dispatcher,
    clock: ManualClock,
}

impl Metered {
    fn new() -> Self {
        Self::with(Prometheus::new())
    }

    fn with(metrics: Prometheus) -> Self {
        let clock = ManualClock::new();
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        metrics.attach(&dispatcher).expect("the first to be attached");
        Self { metrics, dispatcher, clock }
    }

    fn scope(&self, cloud: &str) -> Scope {
        Scope::new(self.dispatcher.clone(), cloud, "memory")
    }

    fn span(&self, scope: &Scope, name: &'static EventName, millis: u64) -> Span {
        let span = Span::start(scope, name);
        self.clock.advance(Duration::from_millis(millis));
        span
    }

    fn succeed(&self, scope: &Scope, name: &'static EventName, millis: u64) {
        self.span(scope, name, millis).succeed();
    }

    fn fail(&self, scope: &Scope, name: &'static EventName, millis: u64, kind: ErrorKind) {
        self.span(scope, name, millis).fail(&Error::new(kind, "it failed"));
    }

    /// The value of one series, as it is written down.
    #[track_caller]
    fn value(&self, series: &str) -> String {
        value(&self.metrics.render(), series)
    }

    #[track_caller]
    fn assert_all(&self, series: &[(&str, &str)]) {
        let page = self.metrics.render();
        for (series, expected) in series {
            assert_eq!(value(&page, series), *expected, "{series}");
        }
    }
}

#[track_caller]
fn value(page: &str, series: &str) -> String {
    find(page, series).unwrap_or_else(|| panic!("no {series} in\n{page}")).to_owned()
}

fn find<'a>(page: &'a str, series: &str) -> Option<&'a str> {
    page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
}

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
fn every_kind_of_error_of_an_operation_is_there_once_that_was_called() {
    let metered = Metered::new();
    let (used, idle) = (metered.scope("used"), metered.scope("idle"));
    let kinds = |cloud: &str| {
        let page = metered.metrics.render();
        let series =
            format!(r#"buckets_operation_errors_total{{operation="delete",adapter="memory",cloud="{cloud}",kind=""#);
        let kinds = page.lines().filter_map(|line| line.strip_prefix(&*series)?.strip_suffix(r#""} 0"#));
        kinds.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let usual = ["io", "not_found", "permission_denied", "throttled", "timeout", "unavailable"];
    assert_eq!(kinds("used"), usual.map(str::to_owned).into());

    // Before its first call has ended, so that a scrape may come between that and the first error.
    let span = Span::start(&used, &names::CLOUD_DELETE);
    let failures = ErrorKind::ALL.iter().filter(|kind| **kind != ErrorKind::Cancelled);
    assert_eq!(kinds("used"), failures.map(|kind| kind.as_str().to_owned()).collect());
    span.succeed();
    metered.succeed(&idle, &names::CLOUD_READ, 1);
    assert_eq!(kinds("idle"), usual.map(str::to_owned).into(), "another operation says nothing of this one");
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
fn what_is_known_of_a_cloud_is_there_before_its_first_operation() {
    let metrics = Prometheus::new();
    let dispatcher = Dispatcher::new();
    let _before = Scope::new(dispatcher.clone(), "before", "memory");
    metrics.attach(&dispatcher).expect("attached");
    let _after = Scope::new(dispatcher.clone(), "after", "volume");
    let page = metrics.render();
    for (cloud, adapter) in [("before", "memory"), ("after", "volume")] {
        for operation in ["insert", "read", "reader", "load", "delete", "copy", "url", "head", "exists", "list"] {
            let labels = format!(r#"operation="{operation}",adapter="{adapter}",cloud="{cloud}""#);
            for status in ["success", "error", "cancelled"] {
                assert_eq!(value(&page, &format!(r#"buckets_operations_total{{{labels},status="{status}"}}"#)), "0");
            }
            assert_eq!(value(&page, &format!("buckets_operation_duration_seconds_count{{{labels}}}")), "0");
            assert_eq!(value(&page, &format!("buckets_operations_in_flight{{{labels}}}")), "0");
            assert_eq!(value(&page, &format!(r#"buckets_operation_errors_total{{{labels},kind="timeout"}}"#)), "0");
        }
        let put = format!(r#"buckets_adapter_operations_total{{operation="put",adapter="{adapter}",status="error"}}"#);
        assert_eq!(value(&page, &put), "0");
    }
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

#[test]
fn clouds_beyond_the_limit_share_one_name_and_nothing_is_lost() {
    let metered = Metered::with(Prometheus::builder().series_limit(1_000).build());
    for tenant in 0..50 {
        let scope = metered.scope(&format!("tenant_{tenant}"));
        metered.succeed(&scope, &names::CLOUD_URL, 1);
        metered.succeed(&scope, &names::ADAPTER_URL, 1);
    }
    let page = metered.metrics.render();
    let own = (0..50).filter(|tenant| page.contains(&format!("\"tenant_{tenant}\""))).count();
    assert!((1..50).contains(&own), "{own} clouds have series of their own");
    let series = page.lines().filter(|line| !line.starts_with('#'));
    let of_limit = series.filter(|line| line.contains("adapter=\"memory\"")).count();
    assert!(of_limit <= 1_000, "{of_limit} series");

    let shared = 50 - own;
    let total = |metric: &str| -> usize {
        let lines = page.lines().filter(|line| line.starts_with(metric) && line.contains(r#"operation="url""#));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok()).sum()
    };
    let other = r#"buckets_operations_total{operation="url",adapter="other",cloud="other",status="success"}"#;
    assert_eq!(value(&page, other), shared.to_string());
    assert_eq!(total("buckets_operations_total"), 50);
    assert_eq!(total("buckets_adapter_operations_total"), 50);
    // The start and the end of the cloud's operation, and the end of the adapter's.
    assert_eq!(value(&page, "buckets_telemetry_overflow_events_total"), (3 * shared).to_string());
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted, "{}", verdict.output);
}

#[test]
fn a_series_that_finds_no_room_later_goes_to_the_others() {
    let known = {
        let metered = Metered::new();
        let _scope = metered.scope("uploads");
        metered.metrics.render().lines().filter(|line| line.contains("cloud=") || line.contains("adapter=")).count()
    };
    let metered = Metered::with(Prometheus::builder().series_limit(known).build());
    let scope = metered.scope("uploads");
    metered.fail(&scope, &names::CLOUD_URL, 1, ErrorKind::Tls);
    metered.assert_all(&[
        (r#"buckets_operations_total{operation="url",adapter="memory",cloud="uploads",status="error"}"#, "1"),
        (r#"buckets_operation_errors_total{operation="url",adapter="other",cloud="other",kind="tls"}"#, "1"),
        (r#"buckets_failed_operation_duration_seconds_count{operation="url",adapter="other",cloud="other"}"#, "1"),
        ("buckets_telemetry_overflow_events_total", "1"),
    ]);
}

#[test]
fn names_cannot_break_out_of_their_labels() {
    let metered = Metered::new();
    let scope = metered.scope("a\"} 9\nforged_total{x=\"\\");
    metered.succeed(&scope, &names::CLOUD_HEALTH, 1);
    let page = metered.metrics.render();
    let escaped = r#"buckets_operations_total{operation="health",adapter="memory",cloud="a\"} 9\nforged_total{x=\"\\",status="success"} 1"#;
    assert!(page.lines().any(|line| line == escaped), "{page}");
    assert!(!page.lines().any(|line| line.starts_with("forged")));
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted, "{}", verdict.output);
}

#[test]
fn operations_of_users_are_metrics_too() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    metered.succeed(&scope, EventName::child("buckets.adapter", "tag"), 1);
    let series = r#"buckets_adapter_operations_total{operation="tag",adapter="memory",status="success"}"#;
    assert_eq!(metered.value(series), "1");
}

/// The lines of the metrics that the seed names, for one operation.
fn golden(page: &str) -> String {
    let families = ["buckets_operation_duration_seconds", "buckets_operations "];
    let wanted = |line: &&str| {
        let name = line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ").trim_start_matches("# UNIT ");
        let is_ours = name.starts_with(families[0])
            || name.starts_with("buckets_operations_total")
            || name.starts_with(families[1]);
        is_ours && (line.starts_with('#') || line.contains(r#"operation="insert""#))
    };
    page.lines().filter(wanted).map(|line| format!("{line}\n")).collect()
}

const SAMPLES: [&str; 2] = [
    r#"buckets_operation_duration_seconds_sum{operation="insert",adapter="memory",cloud="uploads"} 0.27
buckets_operation_duration_seconds_count{operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="0.01",operation="insert",adapter="memory",cloud="uploads"} 1
buckets_operation_duration_seconds_bucket{le="0.05",operation="insert",adapter="memory",cloud="uploads"} 1
buckets_operation_duration_seconds_bucket{le="0.1",operation="insert",adapter="memory",cloud="uploads"} 2
buckets_operation_duration_seconds_bucket{le="0.5",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="1.0",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="5.0",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="10.0",operation="insert",adapter="memory",cloud="uploads"} 3
buckets_operation_duration_seconds_bucket{le="+Inf",operation="insert",adapter="memory",cloud="uploads"} 3
"#,
    r#"buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="cancelled"} 0
buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="error"} 1
buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="success"} 3
"#,
];

#[test]
fn the_metrics_of_the_guide_are_written_as_ever() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    for millis in [10, 60, 200] {
        metered.succeed(&scope, &names::CLOUD_INSERT, millis);
    }
    metered.fail(&scope, &names::CLOUD_INSERT, 9_000, ErrorKind::Unavailable);

    let [durations, totals] = SAMPLES;
    let text = format!(
        "# HELP buckets_operation_duration_seconds Duration of cloud operations that succeeded.\n\
         # TYPE buckets_operation_duration_seconds histogram\n{durations}\
         # HELP buckets_operations_total Cloud operations that ended, by how they ended.\n\
         # TYPE buckets_operations_total counter\n{totals}"
    );
    let page = metered.metrics.render();
    assert_eq!(golden(&page), text);
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted, "{}", verdict.output);

    let open_metrics = format!(
        "# HELP buckets_operation_duration_seconds Duration of cloud operations that succeeded.\n\
         # TYPE buckets_operation_duration_seconds histogram\n\
         # UNIT buckets_operation_duration_seconds seconds\n{durations}\
         # HELP buckets_operations Cloud operations that ended, by how they ended.\n\
         # TYPE buckets_operations counter\n{totals}"
    );
    let (content_type, page) = metered.metrics.render_for("application/openmetrics-text; version=1.0.0");
    let page = str::from_utf8(&page).expect("text");
    assert_eq!(golden(page), open_metrics);
    assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(page.ends_with("# EOF\n"));
    assert_eq!(
        metered.metrics.render_for("*/*"),
        ("text/plain; version=0.0.4; charset=utf-8", metered.metrics.render().into())
    );
}

#[test]
fn durations_can_have_other_bounds() {
    let metered = Metered::with(Prometheus::builder().duration_bounds(Bounds::wide()).build());
    let scope = metered.scope("uploads");
    metered.succeed(&scope, &names::CLOUD_LOAD, 45_000);
    let series = |bound: &str| {
        format!(
            r#"buckets_operation_duration_seconds_bucket{{le="{bound}",operation="load",adapter="memory",cloud="uploads"}}"#
        )
    };
    metered.assert_all(&[(&series("30.0"), "0"), (&series("60.0"), "1"), (&series("0.01"), "0")]);
}

#[tokio::test]
async fn a_real_prometheus_answers_the_questions_of_the_guide() {
    let metered = Metered::new();
    let scope = metered.scope("uploads");
    let metrics = metered.metrics.clone();
    let page = get(async move |headers: HeaderMap| {
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (content_type, body) = metrics.render_for(accept);
        ([(CONTENT_TYPE, content_type)], body)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/metrics", page)).await });
    let prometheus = Server::scraping(address, Duration::from_millis(100)).await;
    // It must have seen the zeros, to know that all that follows is new.
    prometheus.wait_for_scrape().await;

    for turn in 0..100 {
        match turn % 10 {
            0 => metered.fail(&scope, &names::CLOUD_INSERT, 30_000, ErrorKind::Timeout),
            1 => metered.succeed(&scope, &names::CLOUD_INSERT, 300),
            _ => metered.succeed(&scope, &names::CLOUD_INSERT, 20),
        }
    }
    for _ in 0..7 {
        drop(metered.span(&scope, &names::CLOUD_INSERT, 1));
    }
    prometheus.wait_for_scrape().await;

    let one = async |query: &str| -> f64 {
        let samples = prometheus.query(query).await;
        assert_eq!(samples.len(), 1, "{query}: {samples:?}");
        samples[0].value
    };
    for (status, count) in [("success", 90.0), ("error", 10.0), ("cancelled", 7.0)] {
        let query = format!(r#"buckets_operations_total{{operation="insert",cloud="uploads",status="{status}"}}"#);
        assert_eq!(one(&query).await, count, "{status}");
    }
    let success_rate =
        one(r#"sum by (cloud, adapter) (rate(buckets_operations_total{operation="insert",status="success"}[5m]))
         / sum by (cloud, adapter) (rate(buckets_operations_total{operation="insert",status!="cancelled"}[5m]))"#);
    assert!((success_rate.await - 0.9).abs() < 1e-9);
    let p95 = one(r#"histogram_quantile(0.95,
             rate(buckets_operation_duration_seconds_bucket{operation="insert"}[5m])
           )"#);
    // 80 of the 90 took less than 0.1 s, the others up to 0.5 s: number 85.5 is 5.5 tenths of the way.
    assert!((p95.await - 0.32).abs() < 1e-9);
}
