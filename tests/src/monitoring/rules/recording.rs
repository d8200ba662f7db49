//! What is calculated once and kept, because alerts ask for it again and again, and over days.

use crate::monitoring::objective::FAST;

/// A recording rule.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The series it makes: the labels, the metric and what was done with it.
    pub name: String,
    /// How.
    pub expression: String,
}

/// The windows of alerts, from the shortest.
const WINDOWS: [&str; 5] = ["5m", "30m", "1h", "6h", "3d"];

/// How many operations there were a second that somebody waited for.
pub(super) fn operations(window: &str) -> String {
    format!("job_cloud_adapter:buckets_operations:rate{window}")
}

/// Which share of them failed.
pub(super) fn failed(window: &str) -> String {
    format!("job_cloud_adapter:buckets_operation_errors:ratio_rate{window}")
}

/// Which share of those that succeeded took too long.
pub(super) fn slow(window: &str) -> String {
    format!("job_cloud_adapter:buckets_slow_operations:ratio_rate{window}")
}

/// All recording rules. Links that are presented are left out of what failures are a share of: checking one asks
/// nothing of a store, and whoever makes many up would make failures look rare. None has an answer where nothing happened: no share of nothing, and no NaN that
/// would be in every average from then on.
pub(super) fn all() -> Vec<Recording> {
    WINDOWS.into_iter().flat_map(of_window).collect()
}

fn of_window(window: &str) -> Vec<Recording> {
    let operations = operations(window);
    vec![
        Recording {
            expression: format!(
                "sum by (job, cloud, adapter) (rate(buckets_operations_total{{operation!=\"link\",status!=\"cancelled\"}}[{window}]))"
            ),
            name: operations.clone(),
        },
        Recording {
            name: failed(window),
            expression: format!(
                "sum by (job, cloud, adapter) (rate(buckets_operation_errors_total[{window}]))\n/\n({operations} > 0)"
            ),
        },
        Recording {
            name: slow(window),
            expression: format!(
                "1 -
sum by (job, cloud, adapter) (rate(buckets_operation_duration_seconds_bucket{{le=\"{FAST:?}\"}}[{window}]))
/
(sum by (job, cloud, adapter) (rate(buckets_operation_duration_seconds_count[{window}])) > 0)"
            ),
        },
    ]
}
