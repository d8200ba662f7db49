use crate::monitoring::dashboard::{Panel, Row, Unit};

/// What goes wrong.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::lines("Upload success ratio", Unit::Ratio)
            .about("Of the uploads whose caller waited for the end. A division without the sums would be 1 whatever \
                    fails, because Prometheus divides series of equal labels.")
            .query(
                "{{cloud}} on {{adapter}}",
                "sum by (cloud, adapter) (rate(buckets_operations_total{operation=\"insert\",status=\"success\"}[$__rate_interval]))
/
sum by (cloud, adapter) (rate(buckets_operations_total{operation=\"insert\",status!=\"cancelled\"}[$__rate_interval]))",
            )
            .may_be_empty("nobody uploads"),
        Panel::lines("Error rate by adapter", Unit::Ratio)
            .about("Failures as a share of the operations that somebody waited for. Expected answers are no failures.")
            .query(
                "{{adapter}}",
                "sum by (adapter) (rate(buckets_operation_errors_total[$__rate_interval]))
/
sum by (adapter) (rate(buckets_operations_total{status!=\"cancelled\"}[$__rate_interval]))",
            )
            .may_be_empty("nothing happens"),
        Panel::stacked("Errors by kind", Unit::PerSecond)
            .about(
                "`unavailable`, `timeout` and `connect` are the store or the way to it, `permission_denied` and \
                    `unauthenticated` credentials, `throttled` and `overloaded` load, `io` the local disk.",
            )
            .query("{{kind}}", "sum by (kind) (rate(buckets_operation_errors_total[$__rate_interval])) > 0")
            .may_be_empty("nothing failed"),
        Panel::lines("Errors by operation", Unit::PerSecond)
            .about("Failures only, without expected answers.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (rate(buckets_operation_errors_total[$__rate_interval]))",
            ),
        Panel::lines("Errors of the adapter by kind", Unit::PerSecond)
            .about("What the layers above the store did not make good.")
            .query(
                "{{kind}} {{adapter}}",
                "sum by (adapter, kind) (rate(buckets_adapter_operation_errors_total[$__rate_interval])) > 0",
            )
            .may_be_empty("nothing failed"),
        Panel::lines("Expected answers", Unit::PerSecond)
            .about("Errors that are answers: a lookup that finds nothing, a condition that does not hold.")
            .query(
                "{{operation}}",
                "sum by (operation) (rate(buckets_operations_total{status=\"error\"}[$__rate_interval]))
-
sum by (operation) (rate(buckets_operation_errors_total[$__rate_interval]))",
            ),
        Panel::lines("Time since the last success", Unit::Seconds)
            .about("Of any process. It grows where nothing succeeds, and where nobody asks for anything.")
            .query(
                "{{operation}} {{cloud}}",
                "time() - max by (cloud, operation) (buckets_last_success_timestamp_seconds)",
            )
            .may_be_empty("nothing has succeeded yet"),
    ];
    Row { title: "Errors", panels }
}
