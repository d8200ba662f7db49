//! A store, or the way to it, is full.

use super::counted_within;
use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

const UPLOADS: &[(&str, &str)] = &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app")];

pub(super) fn alerts() -> Vec<Alert> {
    vec![throttled(), retried(), waiting(), refused(), circuit()]
}

fn throttled() -> Alert {
    Alert {
        name: "BucketsThrottled",
        expression: "sum by (job, adapter) (rate(buckets_adapter_operation_errors_total{kind=\"throttled\"}[5m]))
/
sum by (job, adapter) (rate(buckets_adapter_operations_total[5m]))
> 0.01"
            .to_owned(),
        hold: "15m",
        severity: Severity::Ticket,
        summary: "{{ $labels.adapter }} throttles {{ $value | humanizePercentage }} of what {{ $labels.job }} asks of it, \
                  after all attempts.",
        fires: (
            Scenario::after("30m", "2 % are throttled")
                .series("buckets_adapter_operations_total{operation=\"put\",status=\"success\"}", "0+98x30")
                .series("buckets_adapter_operations_total{operation=\"put\",status=\"error\"}", "0+2x30")
                .series("buckets_adapter_operation_errors_total{operation=\"put\",kind=\"throttled\"}", "0+2x30"),
            Firing { labels: &[("adapter", "s3"), ("job", "app")], value: "2%" },
        ),
        silent: Scenario::after("30m", "some were throttled for a moment")
            .series("buckets_adapter_operations_total{operation=\"put\",status=\"success\"}", "0+98x30")
            .series("buckets_adapter_operation_errors_total{operation=\"put\",kind=\"throttled\"}", "0x20 50x10"),
    }
}

fn retried() -> Alert {
    Alert {
        name: "BucketsRetriesAmplifyLoad",
        expression: "sum by (job, adapter, operation) (rate(buckets_adapter_retries_total[15m]))
/
sum by (job, adapter, operation) (rate(buckets_adapter_operations_total[15m]))
> 0.2"
            .to_owned(),
        hold: "15m",
        severity: Severity::Ticket,
        summary: "{{ $labels.operation }} on {{ $labels.adapter }} makes {{ $value | humanizePercentage }} more requests than \
                  there are operations, because they are tried again.",
        fires: (
            Scenario::after("45m", "every other operation is tried again")
                .series("buckets_adapter_operations_total{operation=\"put\",status=\"success\"}", "0+100x45")
                .series("buckets_adapter_retries_total{operation=\"put\"}", "0+50x45"),
            Firing { labels: &[("adapter", "s3"), ("job", "app"), ("operation", "put")], value: "50%" },
        ),
        silent: Scenario::after("45m", "one in ten is tried again")
            .series("buckets_adapter_operations_total{operation=\"put\",status=\"success\"}", "0+100x45")
            .series("buckets_adapter_retries_total{operation=\"put\"}", "0+10x45"),
    }
}

fn waiting() -> Alert {
    Alert {
        name: "BucketsCallsWait",
        expression: "histogram_quantile(0.99, sum by (le, job, cloud, adapter, limit) (
  rate(buckets_limit_wait_duration_seconds_bucket[5m])
)) > 1"
            .to_owned(),
        hold: "10m",
        severity: Severity::Ticket,
        summary: "One in a hundred calls of {{ $labels.cloud }} on {{ $labels.adapter }} waits \
                  {{ $value | humanizeDuration }} or longer for the {{ $labels.limit }} limit.",
        fires: (
            waits(Scenario::after("20m", "all wait between 1 and 5 s"), ["0x20", "0+60x20"]),
            Firing {
                labels: &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app"), ("limit", "concurrency")],
                value: "4.96s",
            },
        ),
        silent: waits(Scenario::after("20m", "none waits longer than a second"), ["0+60x20", "0+60x20"]),
    }
}

/// Waits of which so many are no longer than 1 s and of all.
fn waits(scenario: Scenario, [short, all]: [&'static str; 2]) -> Scenario {
    scenario
        .series("buckets_limit_wait_duration_seconds_bucket{limit=\"concurrency\",le=\"1.0\"}", short)
        .series("buckets_limit_wait_duration_seconds_bucket{limit=\"concurrency\",le=\"5.0\"}", all)
        .series("buckets_limit_wait_duration_seconds_bucket{limit=\"concurrency\",le=\"+Inf\"}", all)
}

fn refused() -> Alert {
    Alert {
        name: "BucketsCallsRefused",
        expression: "sum by (job, cloud, adapter) (rate(buckets_limit_refusals_total[5m]))
/
sum by (job, cloud, adapter) (rate(buckets_operations_total[5m]))
> 0.05"
            .to_owned(),
        hold: "10m",
        severity: Severity::Ticket,
        summary: "Limits of the application refuse {{ $value | humanizePercentage }} of the calls to {{ $labels.cloud }} on \
                  {{ $labels.adapter }}.",
        fires: (
            Scenario::after("20m", "one in ten is refused")
                .series("buckets_operations_total{operation=\"insert\",status=\"error\"}", "0+10x20")
                .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+90x20")
                .series("buckets_limit_refusals_total{limit=\"rate\"}", "0+10x20"),
            Firing { labels: UPLOADS, value: "10%" },
        ),
        silent: Scenario::after("20m", "one in a hundred is refused")
            .series("buckets_operations_total{operation=\"insert\",status=\"error\"}", "0+1x20")
            .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+99x20")
            .series("buckets_limit_refusals_total{limit=\"rate\"}", "0+1x20"),
    }
}

fn circuit() -> Alert {
    Alert {
        name: "BucketsCircuitOpened",
        expression: counted_within("10m", "job, cloud, adapter", "buckets_circuit_openings_total"),
        hold: "0m",
        severity: Severity::Ticket,
        summary: "{{ $labels.adapter }} is taken for down: calls of {{ $labels.cloud }} are refused without asking it.",
        fires: (
            Scenario::after("15m", "a circuit opens for the first time")
                .series("buckets_circuit_openings_total", "_x10 1x10"),
            Firing { labels: UPLOADS, value: "1" },
        ),
        silent: Scenario::after("1h", "one opened half an hour ago")
            .series("buckets_circuit_openings_total", "_x30 1x30"),
    }
}
