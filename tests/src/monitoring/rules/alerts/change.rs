//! Today is not like the days before. For whoever looks: unusual is not yet wrong.

use crate::monitoring::rules::recording::{failed, operations};
use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

const UPLOADS: &[(&str, &str)] = &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app")];

pub(super) fn alerts() -> Vec<Alert> {
    vec![unusual_errors(), less_traffic()]
}

fn unusual_errors() -> Alert {
    let (failed, operations) = (failed("5m"), operations("5m"));
    Alert {
        name: "BucketsErrorsUnusual",
        expression: format!(
            "{failed} > avg_over_time({failed}[1d] offset 15m) + 3 * stddev_over_time({failed}[1d] offset 15m)
and
{failed} > 0.005
and
{operations} > 0.1"
        ),
        hold: "10m",
        severity: Severity::Info,
        summary: "{{ $value | humanizePercentage }} of the operations of {{ $labels.cloud }} on {{ $labels.adapter }} fail, \
                  far more than in the last day.",
        fires: (
            Scenario::after("6h20m", "failures rise from none to 1 %")
                .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+600x380")
                .series("buckets_operation_errors_total{operation=\"insert\",kind=\"io\"}", "0x360 0+6x20"),
            Firing { labels: UPLOADS, value: "1%" },
        ),
        silent: Scenario::after("6h20m", "1 % fail, as they do all the time")
            .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+600x380")
            .series("buckets_operation_errors_total{operation=\"insert\",kind=\"io\"}", "0+6x380"),
    }
}

fn less_traffic() -> Alert {
    let operations = operations("1h");
    Alert {
        name: "BucketsTrafficDropped",
        expression: format!("{operations} < 0.3 * ({operations} offset 1w)\nand\n({operations} offset 1w) > 0.1"),
        hold: "1h",
        severity: Severity::Info,
        summary: "{{ $labels.cloud }} on {{ $labels.adapter }} has less than a third of the operations that it had a week ago.",
        fires: (
            Scenario::after("7d4h", "a tenth of the operations of a week ago").series(
                "buckets_operations_total{operation=\"insert\",status=\"success\"}",
                "0+600x300 _x9779 0+60x240",
            ),
            Firing { labels: UPLOADS, value: "1" },
        ),
        silent: Scenario::after("7d4h", "half of the operations of a week ago")
            .series("buckets_operations_total{operation=\"insert\",status=\"success\"}", "0+600x300 _x9779 0+300x240"),
    }
}
