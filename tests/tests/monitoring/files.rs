//! The files are current, and Prometheus and Alertmanager accept them.

use buckets::handlers::prometheus::Prometheus;
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, adapter::Memory};
use buckets_tests::components::{alertmanager, promtool};
use buckets_tests::monitoring::rules;
use buckets_tests::monitoring::schema::{Schema, TARGET_LABELS};
use buckets_tests::monitoring::{self, folder};

#[test]
fn the_generated_files_are_current() {
    for (name, text) in monitoring::files().expect("every query names what there is") {
        let checked_in = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
        assert!(
            checked_in == text,
            "docs/monitoring/{name} is not what its definitions say: `cargo run -p buckets-tests --bin monitoring_files`"
        );
    }
}

#[test]
fn promtool_accepts_the_rules_and_their_tests_pass() {
    let rules = promtool::check_rules(&folder().join("rules.yml"));
    assert!(rules.accepted, "{}", rules.output);
    let tests = promtool::test_rules(&folder().join("rules_test.yml"));
    assert!(tests.accepted, "{}", tests.output);
}

#[test]
fn the_tests_find_a_rule_that_is_wrong() {
    let copy = tempfile::tempdir().expect("a folder");
    let read = |name| std::fs::read_to_string(folder().join(name)).expect(name);
    // The first two are of the first alert; all of them would take long.
    let tests = read("rules_test.yml");
    let (end, _) = tests.match_indices("\n- name: ").nth(2).expect("three tests");
    std::fs::write(copy.path().join("rules_test.yml"), &tests[..=end]).expect("a file");
    let wrong = read("rules.yml").replace("14.4 * 0.001", "14.4 * 0.01");
    std::fs::write(copy.path().join("rules.yml"), wrong).expect("a file");
    let tests = promtool::test_rules(&copy.path().join("rules_test.yml"));
    assert!(!tests.accepted);
    assert!(tests.output.contains("BucketsErrorBudgetBurnsFast"), "{}", tests.output);
}

#[test]
fn the_examples_of_configurations_are_accepted() {
    let prometheus = promtool::check_config(&folder().join("prometheus.yml"));
    assert!(prometheus.accepted, "{}", prometheus.output);
    let alertmanager = alertmanager::check_config(&folder().join("alertmanager.yml"));
    assert!(alertmanager.accepted, "{}", alertmanager.output);
}

#[test]
fn alerts_go_to_whom_they_concern() {
    let config = folder().join("alertmanager.yml");
    for (severity, receiver) in [("page", "on-call"), ("ticket", "tickets"), ("info", "nobody")] {
        assert_eq!(alertmanager::receiver(&config, &[&format!("severity={severity}"), "job=app"]), receiver);
    }
}

#[test]
fn every_alert_has_a_section_in_the_guide() {
    let guide = std::fs::read_to_string(folder().join("../monitoring.md")).expect("the guide");
    for alert in rules::alerts().iter().flat_map(|(_, alerts)| alerts) {
        assert!(guide.lines().any(|line| line == format!("### {}", alert.name)), "{}", alert.name);
    }
}

/// The schema is made of the definitions, and the page by the handler: they must not differ.
#[tokio::test]
async fn the_series_of_the_schema_are_those_on_the_page() {
    let (dispatcher, metrics) = (Dispatcher::new(), Prometheus::new());
    metrics.attach(&dispatcher).expect("attached");
    let cloud = Cloud::builder("uploads", Memory::new()).dispatcher(dispatcher).build();
    cloud.health().await.expect("it answers");

    let schema = Schema::of_catalogue();
    let page = metrics.render();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().expect("a name");
        let series = schema.get(name).unwrap_or_else(|| panic!("the schema has no {name}"));
        let labels = line.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or("", |(labels, _)| labels);
        let labels = labels.split(',').filter_map(|label| Some(label.split_once('=')?.0));
        let labels: std::collections::BTreeSet<_> = labels.chain(TARGET_LABELS).map(str::to_owned).collect();
        assert_eq!(labels, series.labels, "{name}");
    }
    let verdict = promtool::check_metrics(&page);
    assert!(verdict.accepted, "{}", verdict.output);
}
