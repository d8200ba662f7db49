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
        Panel::lines("Concurrency limit, and calls that wait for it", Unit::Count)
            .about("The limit of each process, and how many wait in all of them; not there before a call has waited.")
            .query("limit of {{cloud}}", "max by (cloud) (buckets_concurrency_limit)")
            .query("waiting for {{cloud}}", "sum by (cloud) (buckets_concurrency_waiting)")
            .may_be_empty("nobody waited for a limit of calls at once"),
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
