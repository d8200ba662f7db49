use crate::monitoring::dashboard::{Panel, Row, Unit};

/// How long it takes.
pub(super) fn row() -> Row {
    let quantile = |q: &str, by: &str, series: &str| {
        format!("histogram_quantile({q}, sum by (le{by}) (rate({series}[$__rate_interval])))")
    };
    let operation = "buckets_operation_duration_seconds_bucket";
    let panels = vec![
        Panel::lines("Operation duration percentiles", Unit::Seconds)
            .about(
                "Of operations that succeeded: failing fast is no speed. The histogram ends at 10 s unless the \
                    application chose wider bounds.",
            )
            .query("p50 {{operation}}", quantile("0.50", ", operation", operation))
            .query("p95 {{operation}}", quantile("0.95", ", operation", operation))
            .query("p99 {{operation}}", quantile("0.99", ", operation", operation))
            .with_exemplars()
            .may_be_empty("nothing happens"),
        Panel::lines("P95 upload duration", Unit::Seconds)
            .about("Of uploads that succeeded, from the call to the answer, content included.")
            .query(
                "{{cloud}}",
                quantile("0.95", ", cloud", "buckets_operation_duration_seconds_bucket{operation=\"insert\"}"),
            )
            .with_exemplars()
            .may_be_empty("nobody uploads"),
        Panel::heat_map("Durations", Unit::Seconds)
            .about("How many operations succeeded within each time.")
            .query("{{le}}", format!("sum by (le) (increase({operation}[$__rate_interval]))")),
        Panel::lines("Mean duration", Unit::Seconds)
            .about("Of operations that succeeded. A few very long ones move it, and no percentile.")
            .query(
                "{{operation}}",
                "sum by (operation) (rate(buckets_operation_duration_seconds_sum[$__rate_interval]))
/
sum by (operation) (rate(buckets_operation_duration_seconds_count[$__rate_interval]))",
            )
            .may_be_empty("nothing happens"),
        Panel::lines("P95 of adapters, against that of operations", Unit::Seconds)
            .about(
                "Where an operation takes much longer than the adapter's, the time goes into the application: \
                    in content that it makes or takes slowly.",
            )
            .query(
                "adapter {{operation}} {{adapter}}",
                quantile("0.95", ", adapter, operation", "buckets_adapter_operation_duration_seconds_bucket"),
            )
            .query("cloud {{operation}} {{adapter}}", quantile("0.95", ", adapter, operation", operation))
            .may_be_empty("nothing happens"),
        Panel::lines("Time to the first byte", Unit::Seconds)
            .about("From the call of a download to its first content.")
            .query("p50 {{cloud}}", quantile("0.50", ", cloud", "buckets_time_to_first_byte_seconds_bucket"))
            .query("p95 {{cloud}}", quantile("0.95", ", cloud", "buckets_time_to_first_byte_seconds_bucket"))
            .may_be_empty("only what is read as a stream has a first byte"),
        Panel::lines("P95 of failed operations", Unit::Seconds)
            .about("High where failures are time limits; these are in no other panel of durations.")
            .query("{{operation}}", quantile("0.95", ", operation", "buckets_failed_operation_duration_seconds_bucket"))
            .may_be_empty("nothing failed"),
    ];
    Row { title: "Duration", panels }
}
