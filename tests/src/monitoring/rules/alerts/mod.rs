//! What to tell people of: one file per concern.

mod budget;
mod change;
mod cost;
mod integrity;
mod latency;
mod saturation;
mod security;
mod telemetry;
mod uploads;

use super::Alert;

pub(super) fn all() -> Vec<(&'static str, Vec<Alert>)> {
    vec![
        ("buckets-budget", budget::alerts()),
        ("buckets-latency", latency::alerts()),
        ("buckets-uploads", uploads::alerts()),
        ("buckets-integrity", integrity::alerts()),
        ("buckets-saturation", saturation::alerts()),
        ("buckets-change", change::alerts()),
        ("buckets-cost", cost::alerts()),
        ("buckets-security", security::alerts()),
        ("buckets-telemetry", telemetry::alerts()),
    ]
}

/// Where `series`, summed by `labels`, is larger than it was `window` ago, or was not there then: a counter
/// that nothing was counted in is often not there, and its first count is no increase of anything. One that appears
/// with a zero says nothing.
fn counted_within(window: &str, labels: &str, series: &str) -> String {
    format!(
        "sum by ({labels}) (increase({series}[{window}])) > 0
or
(sum by ({labels}) ({series}) > 0 unless sum by ({labels}) ({series} offset {window}))"
    )
}
