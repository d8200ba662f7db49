//! Nothing can be stored any more.

use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

pub(super) fn alerts() -> Vec<Alert> {
    vec![Alert {
        name: "BucketsNoUploadSucceeds",
        // The guard against idle hours: uploads are tried.
        expression:
            "sum by (job, cloud, adapter) (increase(buckets_operation_errors_total{operation=\"insert\"}[15m])) > 2
unless
sum by (job, cloud, adapter) (increase(buckets_operations_total{operation=\"insert\",status=\"success\"}[15m])) > 0"
                .to_owned(),
        hold: "5m",
        severity: Severity::Page,
        summary: "Uploads to {{ $labels.cloud }} on {{ $labels.adapter }} are tried, and none has succeeded for a quarter of \
                  an hour.",
        fires: (
            Scenario::after("40m", "one upload a minute, none of which succeeds")
                .series("buckets_operation_errors_total{operation=\"insert\",kind=\"io\"}", "0+1x40")
                .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "7x40"),
            Firing { labels: &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app")], value: "15" },
        ),
        silent: Scenario::after("40m", "nobody uploads")
            .series("buckets_operation_errors_total{operation=\"insert\",kind=\"io\"}", "5x40")
            .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "7x40"),
    }]
}
