use std::fmt;
use std::time::Duration;

use super::window::Durations;
use crate::text_table;

/// What a [`Performance`](super::Performance) monitor knows at one moment. `Display` is a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// By adapter and operation, in that order.
    pub operations: Vec<OperationPerformance>,
}

/// How one operation does on one adapter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OperationPerformance {
    /// The adapter's name.
    pub adapter: Box<str>,
    /// The operation.
    pub operation: &'static str,
    /// The average of the last 100 that succeeded, however long ago.
    pub rolling_average: Option<Duration>,
    /// Those in the window that succeeded.
    pub succeeded: Durations,
    /// Those in the window that failed.
    pub failed: Durations,
    /// All since the monitor was attached.
    pub totals: Totals,
    /// How many have begun and not ended.
    pub in_flight: usize,
    /// The most there ever were at once.
    pub most_in_flight: usize,
    /// Whether it takes longer than usual.
    pub is_degraded: bool,
}

/// How many operations there were, by how they ended, and what they moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Those that did what was asked.
    pub succeeded: u64,
    /// Those that gave an error that is an answer.
    pub expected: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those nobody waited for.
    pub cancelled: u64,
    /// Content moved, in bytes.
    pub bytes: u64,
}

impl Snapshot {
    /// How an operation does on an adapter.
    pub fn get(&self, adapter: &str, operation: &str) -> Option<&OperationPerformance> {
        self.operations.iter().find(|found| &*found.adapter == adapter && found.operation == operation)
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEAD: [&str; 12] =
            ["adapter", "operation", "ok", "failed", "gone", "running", "average", "p50", "p95", "p99", "max", ""];
        let duration = |duration: Option<Duration>| duration.map_or("-".into(), |duration| format!("{duration:.1?}"));
        let row = |operation: &OperationPerformance| {
            let lately = |read: fn(&Durations) -> Duration| {
                duration((operation.succeeded.count > 0).then(|| read(&operation.succeeded)))
            };
            [
                operation.adapter.to_string(),
                operation.operation.to_string(),
                operation.totals.succeeded.to_string(),
                operation.totals.failed.to_string(),
                operation.totals.cancelled.to_string(),
                operation.in_flight.to_string(),
                duration(operation.rolling_average),
                lately(|all| all.p50),
                lately(|all| all.p95),
                lately(|all| all.p99),
                lately(|all| all.max),
                if operation.is_degraded { "slower than usual".into() } else { String::new() },
            ]
        };
        let is_name = |column| column < 2 || column == HEAD.len() - 1;
        text_table::write(f, HEAD, self.operations.iter().map(row), is_name)
    }
}
