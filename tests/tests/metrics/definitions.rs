//! What the Prometheus handler makes of metrics of one's own.

use buckets::ErrorKind;
use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::catalogue::{MetricDefinition, MetricSet, Tag, names};
use buckets::telemetry::{Event, Scope, Value};
use buckets_tests::components::promtool;

use super::scripted::{Script, definitions};

fn lines(page: &str, prefix: &str) -> Vec<String> {
    let mut lines: Vec<_> = page.lines().filter(|line| line.starts_with(prefix)).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn every_kind_has_the_numbers_of_the_script() {
    let script = Script::new();
    let metrics = Prometheus::builder().metrics(&definitions()).build();
    metrics.attach(&script.dispatcher).expect("attached");
    script.play();

    let page = metrics.render();
    let expected = [
        r#"shop_drafts_total 4"#,
        r#"shop_ink_total 3.0"#,
        r#"shop_margin_bucket{le="+Inf"} 8"#,
        r#"shop_margin_bucket{le="0.25"} 4"#,
        r#"shop_margin_bucket{le="0.5"} 8"#,
        r#"shop_margin_count 8"#,
        r#"shop_margin_sum 3.0"#,
        r#"shop_pages_total{format="pdf"} 16.0"#,
        r#"shop_queue_wait_seconds_bucket{le="+Inf"} 9"#,
        r#"shop_queue_wait_seconds_bucket{le="0.5"} 4"#,
        r#"shop_queue_wait_seconds_bucket{le="1.0"} 4"#,
        r#"shop_queue_wait_seconds_bucket{le="4.0"} 8"#,
        r#"shop_queue_wait_seconds_count 9"#,
        r#"shop_queue_wait_seconds_sum 17.0"#,
        r#"shop_reports_total{format="html",kind="io"} 4"#,
        r#"shop_reports_total{format="pdf",kind="timeout"} 4"#,
        r#"shop_temperature -4.0"#,
        r#"shop_uploaded_bytes_total{cloud="uploads",content_type="image"} 4000"#,
        r#"shop_uploaded_bytes_total{cloud="uploads",content_type="text"} 40"#,
    ];
    assert_eq!(lines(&page, "shop"), expected);
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted, "{}", verdict.output);
}

#[test]
fn values_without_end_share_one_series_and_leave_room_for_clouds() {
    let script = Script::new();
    let by_format = MetricDefinition::counter("shop.printed", &["shop.report.render.stop"]);
    let by_format = by_format.tags(&[Tag::Field("format"), Tag::Status]).help("Reports.");
    let set = MetricSet::new([by_format]).expect("sound");
    let metrics = Prometheus::builder().metrics(&set).series_limit(3_000).build();
    metrics.attach(&script.dispatcher).expect("attached");
    for turn in 0..5_000 {
        script.render(&format!("format {turn}"), false, 1, 1, 1);
    }
    let page = metrics.render();
    let own = page.lines().filter(|line| line.starts_with("shop_printed_total{format=\"format")).count();
    assert_eq!(own, 1_500, "half of the room");
    assert!(page.contains("shop_printed_total{format=\"other\",status=\"success\"} 3500\n"), "{page}");
    assert!(page.contains("buckets_telemetry_overflow_events_total 3500\n"), "{page}");

    let _cloud = Scope::new(script.dispatcher.clone(), "late", "memory");
    assert!(metrics.render().contains("cloud=\"late\""));
}

#[test]
fn a_value_cannot_forge_a_series() {
    let script = Script::new();
    let metrics = Prometheus::builder().metrics(&definitions()).build();
    metrics.attach(&script.dispatcher).expect("attached");
    let hostile = "a\u{1f}b\"} 1\nforged_total 1\n";
    script.render(hostile, false, 1, 1, 1);
    script.fail(&"long".repeat(1_000), ErrorKind::Io);
    let page = metrics.render();
    assert!(page.contains(r#"shop_pages_total{format="a_b\"} 1_forged_total 1_"} 1.0"#), "{page}");
    assert!(!page.lines().any(|line| line.starts_with("forged")));
    assert!(page.lines().all(|line| line.len() < 300));
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted, "{}", verdict.output);
}

#[test]
fn finding_a_series_by_its_values_allocates_nothing() {
    let script = Script::new();
    let metrics = Prometheus::builder().metrics(&definitions()).build();
    metrics.attach(&script.dispatcher).expect("attached");
    let work = || {
        script.upload("image/png", 3);
    };
    work();
    assert_eq!(allocation_counter::measure(work).count_total, 0);
}

#[test]
fn a_filter_that_panics_is_a_failure_of_the_handler_alone() {
    fn panics(_: &Event<'_>) -> bool {
        std::panic::resume_unwind(Box::new("out of the filter"))
    }
    let script = Script::new();
    let bad = MetricDefinition::counter("shop.bad", &["buckets.cloud.insert.stop"]).keep_if(panics).help("Bad.");
    let metrics = Prometheus::builder().metrics(&MetricSet::new([bad]).expect("sound")).build();
    metrics.attach(&script.dispatcher).expect("attached");
    script.upload("image/png", 3);
    let page = metrics.render();
    assert!(page.contains("buckets_telemetry_handler_failures_total{handler=\"prometheus\"} 1\n"), "{page}");
    assert!(page.contains(
        r#"buckets_operations_total{operation="insert",adapter="memory",cloud="uploads",status="success"} 1"#
    ));
}

#[test]
fn when_a_cloud_last_succeeded_and_what_it_was_told_to_wait_for_are_known() {
    let script = Script::new();
    let metrics = Prometheus::new();
    metrics.attach(&script.dispatcher).expect("attached");
    script.upload("image/png", 3);
    let scope = Scope::new(script.dispatcher.clone(), "uploads", "s3");
    for kind in ["throttled", "timeout"] {
        let fields = [("kind", Value::Str(kind))];
        let start = || buckets::telemetry::SpanStart::new().fields(&fields);
        scope.point(&names::ADAPTER_PUT_RETRY, start, &[]);
    }
    let page = metrics.render();
    let now = script.dispatcher.system_time();
    let seconds = now.duration_since(std::time::UNIX_EPOCH).expect("later").as_secs_f64();
    let labels = r#"operation="insert",adapter="memory",cloud="uploads""#;
    let last = lines(&page, &format!("buckets_last_success_timestamp_seconds{{{labels}}} "));
    let last: f64 = last[0].rsplit(' ').next().and_then(|text| text.parse().ok()).expect("a number");
    assert!((last - seconds).abs() < 1e-3, "{last} is not {seconds}");
    assert!(page.contains(r#"buckets_adapter_throttled_total{operation="put",adapter="s3",cloud="uploads"} 1"#));
    assert!(page.contains(r#"buckets_adapter_retries_total{operation="put",adapter="s3",cloud="uploads"} 2"#));
}
