use crate::monitoring::dashboard::{Panel, Row, Unit};
use crate::monitoring::objective::{AVAILABILITY, WINDOW};

/// Whether all is well.
pub(super) fn row() -> Row {
    let failed_of = |window: &str| {
        format!(
            "sum(increase(buckets_operation_errors_total[{window}]))
/
sum(increase(buckets_operations_total{{operation!=\"link\",status!=\"cancelled\"}}[{window}]))"
        )
    };
    let budget = 1.0 - AVAILABILITY;
    let panels = vec![
        Panel::number("Availability", Unit::Ratio)
            .decimals(3)
            .about("The share of operations that did not fail. Who went away is left out, and so are links that are \
                    presented, which ask nothing of a store; expected answers, such as a lookup that finds nothing, \
                    are no failures.")
            .query("now", format!("1 -\n{}", failed_of("$__rate_interval"))),
        Panel::number("Availability over 30 days", Unit::Ratio)
            .decimals(3)
            .about("As above, over the time that the objective is about.")
            .query("30 days", format!("1 -\n{}", failed_of(WINDOW))),
        Panel::number("Error budget left", Unit::Ratio)
            .decimals(1)
            .may_be_negative()
            .about("Of the failures that the objective of 99.9 % allows in 30 days, the share that is left.")
            .query("left", format!("1 -\n{}\n/ {budget:.3}", failed_of(WINDOW))),
        Panel::number("Operations", Unit::PerSecond)
            .about("Of clouds, whatever they do and however they end.")
            .query("operations", "sum(rate(buckets_operations_total[$__rate_interval]))"),
        Panel::number("99th percentile", Unit::Seconds)
            .about("Of the duration of operations that succeeded.")
            .query("p99", "histogram_quantile(0.99, sum by (le) (rate(buckets_operation_duration_seconds_bucket[$__rate_interval])))")
            .may_be_empty("nothing happens"),
        Panel::number("Content moved", Unit::BytesPerSecond)
            .about("Through this program, up and down.")
            .query("{{direction}}", "sum by (direction) (rate(buckets_transferred_bytes_total[$__rate_interval]))"),
    ];
    Row { title: "Overview", panels }
}
