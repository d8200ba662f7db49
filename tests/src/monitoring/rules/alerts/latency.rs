//! Operations take too long, or do not end.

use crate::monitoring::objective::FAST_SHARE;
use crate::monitoring::rules::recording::{operations, slow};
use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

const BY_OPERATION: &[(&str, &str)] =
    &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app"), ("operation", "insert")];

pub(super) fn alerts() -> Vec<Alert> {
    vec![slow_operations(), budget(), stuck()]
}

fn slow_operations() -> Alert {
    Alert {
        name: "BucketsOperationsSlow",
        expression: "histogram_quantile(0.99, sum by (le, job, cloud, adapter, operation) (
  rate(buckets_operation_duration_seconds_bucket[5m])
)) > 2
and
sum by (job, cloud, adapter, operation) (rate(buckets_operation_duration_seconds_count[5m])) > 0.1"
            .to_owned(),
        hold: "10m",
        severity: Severity::Ticket,
        summary: "One in a hundred {{ $labels.operation }} operations of {{ $labels.cloud }} on {{ $labels.adapter }} \
                  takes {{ $value | humanizeDuration }} or longer.",
        fires: (
            durations(Scenario::after("20m", "half of the uploads take between 5 and 10 s"), ["0+30x20", "0+60x20"]),
            Firing { labels: BY_OPERATION, value: "9.9s" },
        ),
        silent: durations(Scenario::after("20m", "one upload in half an hour, and it is slow"), ["0x20", "0x10 1x10"]),
    }
}

fn budget() -> Alert {
    let most = format!("14.4 * {:.2}", 1.0 - FAST_SHARE);
    let (long, short) = (slow("1h"), slow("5m"));
    let expression = format!(
        "{long} > {most}
and
{short} > {most}
and
{long} * {} * 3600 >= 10",
        operations("1h")
    );
    Alert {
        name: "BucketsLatencyBudgetBurns",
        expression,
        hold: "2m",
        severity: Severity::Ticket,
        summary: "{{ $value | humanizePercentage }} of the operations of {{ $labels.cloud }} on {{ $labels.adapter }} take \
                  longer than a second.",
        fires: (
            succeeding(durations(Scenario::after("1h30m", "half of the operations are slow"), ["0+30x90", "0+60x90"])),
            Firing { labels: &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app")], value: "50%" },
        ),
        silent: succeeding(durations(
            Scenario::after("1h30m", "half of the operations were slow, and are no longer"),
            ["0+30x60 1860+60x30", "0+60x90"],
        )),
    }
}

fn stuck() -> Alert {
    Alert {
        name: "BucketsOperationsStuck",
        expression:
            "sum by (job, instance, cloud, adapter, operation) (min_over_time(buckets_operations_in_flight[30m])) > 0
unless
sum by (job, instance, cloud, adapter, operation) (increase(buckets_operations_total[30m])) > 0"
                .to_owned(),
        hold: "5m",
        severity: Severity::Ticket,
        summary: "{{ $value }} {{ $labels.operation }} operations of {{ $labels.cloud }} on {{ $labels.adapter }} have been \
                  going on in {{ $labels.instance }} for half an hour, and none has ended.",
        fires: (
            Scenario::after("1h", "three uploads hang")
                .series("buckets_operations_in_flight{operation=\"insert\"}", "0x10 3x50")
                .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+1x10 10x50"),
            Firing {
                labels: &[
                    ("adapter", "s3"),
                    ("cloud", "uploads"),
                    ("instance", "app:3000"),
                    ("job", "app"),
                    ("operation", "insert"),
                ],
                value: "3",
            },
        ),
        silent: Scenario::after("1h", "there are always three uploads, and they end")
            .series("buckets_operations_in_flight{operation=\"insert\"}", "3x60")
            .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+1x60"),
    }
}

/// Durations of which so many are no longer than 1 s and 5 s … and of all.
fn durations(scenario: Scenario, [fast, all]: [&'static str; 2]) -> Scenario {
    scenario
        .series("buckets_operation_duration_seconds_bucket{operation=\"insert\",le=\"1.0\"}", fast)
        .series("buckets_operation_duration_seconds_bucket{operation=\"insert\",le=\"5.0\"}", fast)
        .series("buckets_operation_duration_seconds_bucket{operation=\"insert\",le=\"10.0\"}", all)
        .series("buckets_operation_duration_seconds_bucket{operation=\"insert\",le=\"+Inf\"}", all)
        .series("buckets_operation_duration_seconds_count{operation=\"insert\"}", all)
}

fn succeeding(scenario: Scenario) -> Scenario {
    scenario.series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+60x90")
}
