use crate::monitoring::dashboard::{Panel, Row, Unit};

/// What was tried again.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::lines("Attempts per operation of the adapter", Unit::Count)
            .about(
                "1 where nothing is tried again. Each further attempt is load on a store that may have enough, and is \
                    billed.",
            )
            .query(
                "{{operation}} {{adapter}}",
                "1 +
sum by (adapter, operation) (rate(buckets_adapter_retries_total[$__rate_interval]))
/
sum by (adapter, operation) (rate(buckets_adapter_operations_total[$__rate_interval]))",
            )
            .may_be_empty("nothing was tried again"),
        Panel::lines("Attempts that were counted", Unit::PerSecond)
            .about("Of operations of adapters below which something counts attempts, such as a `RetryLayer`.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (rate(buckets_adapter_attempts_total[$__rate_interval]))",
            )
            .may_be_empty("nothing counts attempts"),
        Panel::lines("Retries", Unit::PerSecond)
            .about("Further attempts at what failed in a way that may pass.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (rate(buckets_adapter_retries_total[$__rate_interval]))",
            )
            .may_be_empty("nothing was tried again"),
        Panel::lines("Given up", Unit::PerSecond)
            .about("Failures that may pass and were not tried again: attempts, time or budget were used up.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (rate(buckets_adapter_retries_given_up_total[$__rate_interval]))",
            )
            .may_be_empty("nothing was given up"),
        Panel::lines("Throttled attempts", Unit::PerSecond)
            .about("What the store refused because there was too much of it, tried again or not.")
            .query(
                "{{operation}} {{cloud}}",
                "sum by (cloud, operation) (rate(buckets_adapter_throttled_total[$__rate_interval]))",
            )
            .may_be_empty("nothing was throttled"),
        Panel::lines("Downloads resumed", Unit::PerSecond)
            .about("How often the rest of content that broke off was asked for.")
            .query("{{cloud}}", "sum by (cloud) (rate(buckets_adapter_resumptions_total[$__rate_interval]))")
            .may_be_empty("no download broke off"),
        Panel::lines("Seconds a second spent between attempts", Unit::Count)
            .about("How many operations wait at a time, on average.")
            .query(
                "{{cloud}}",
                "sum by (cloud) (rate(buckets_adapter_retry_wait_duration_seconds_sum[$__rate_interval]))",
            )
            .may_be_empty("nothing was tried again"),
        Panel::lines("P99 of a wait between attempts", Unit::Seconds)
            .about("As long as this an operation stands still before it is tried again.")
            .query(
                "{{operation}} {{cloud}}",
                "histogram_quantile(0.99, sum by (le, cloud, operation) (
  rate(buckets_adapter_retry_wait_duration_seconds_bucket[$__rate_interval])
))",
            )
            .may_be_empty("nothing was tried again"),
    ];
    Row { title: "Retries", panels }
}
