//! Which series there are: from the start, later, and how many at most.

use std::collections::BTreeSet;

use buckets::ErrorKind;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{Dispatcher, EventName, Scope, Span};
use buckets_tests::components::promtool;

use super::{Metered, value};

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
