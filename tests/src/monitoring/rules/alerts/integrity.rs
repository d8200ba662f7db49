//! Content is not what was stored.

use super::counted_within;
use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

pub(super) fn alerts() -> Vec<Alert> {
    let damaged = "buckets_operation_errors_total{kind=\"checksum_mismatch\"}";
    vec![Alert {
        name: "BucketsContentDamaged",
        expression: counted_within("15m", "job, cloud, adapter, operation", damaged),
        hold: "0m",
        severity: Severity::Page,
        summary: "Content in {{ $labels.cloud }} on {{ $labels.adapter }} does not have its checksum \
                  ({{ $labels.operation }}).",
        fires: (
            Scenario::after("20m", "the first damage ever")
                .series("buckets_operation_errors_total{operation=\"read\",kind=\"checksum_mismatch\"}", "_x15 1x10"),
            Firing {
                labels: &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app"), ("operation", "read")],
                value: "1",
            },
        ),
        silent: Scenario::after("2h", "damage an hour ago, none since, and an operation called for the first time")
            .series("buckets_operation_errors_total{operation=\"read\",kind=\"checksum_mismatch\"}", "_x60 1x60")
            .series("buckets_operation_errors_total{operation=\"load\",kind=\"checksum_mismatch\"}", "_x115 0x5"),
    }]
}
