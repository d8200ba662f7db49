use crate::monitoring::dashboard::{Panel, Row, Unit};

/// Whether there is room for more.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::stacked("Concurrent operations", Unit::Count)
            .about("Those that have begun and not ended, over all processes: downloads until their content is read.")
            .query("{{operation}} {{cloud}}", "sum by (cloud, operation) (buckets_operations_in_flight) > 0")
            .may_be_empty("nothing is in flight"),
        Panel::lines("P99 wait for a limit", Unit::Seconds)
            .about("Of calls that had to wait for a limit of the application's own.")
            .query(
                "{{limit}} {{cloud}}",
                "histogram_quantile(0.99, sum by (le, limit, cloud) (rate(buckets_limit_wait_duration_seconds_bucket[$__rate_interval])))",
            )
            .may_be_empty("nobody waited for a limit"),
        Panel::lines("Calls that waited for a limit", Unit::PerSecond)
            .about("How many could not begin at once.")
            .query(
                "{{limit}} {{cloud}}",
                "sum by (limit, cloud) (rate(buckets_limit_wait_duration_seconds_count[$__rate_interval]))",
            )
            .may_be_empty("nobody waited for a limit"),
        Panel::lines("Calls refused by a limit", Unit::PerSecond)
            .about("By limits of concurrency, rate, load or money, and by circuits that are open.")
            .query("{{limit}} {{cloud}}", "sum by (limit, cloud) (rate(buckets_limit_refusals_total[$__rate_interval]))")
            .may_be_empty("nothing was refused"),
        Panel::lines("Circuits opened", Unit::Count)
            .about("How often a store was taken for down.")
            .query("{{cloud}}", "sum by (cloud) (increase(buckets_circuit_openings_total[$__rate_interval]))")
            .may_be_empty("no circuit opened"),
    ];
    Row { title: "Saturation", panels }
}
