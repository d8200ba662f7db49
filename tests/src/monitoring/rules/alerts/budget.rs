//! The error budget is being used up, at three speeds.

use crate::monitoring::objective::AVAILABILITY;
use crate::monitoring::rules::recording::{failed, operations};
use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

/// Of fewer failures than this in a long window nothing is concluded: where little happens, one is much.
const LEAST_FAILURES: u32 = 10;

const UPLOADS: &[(&str, &str)] = &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app")];

const SUCCESS: &str = "buckets_operations_total{operation=\"insert\",status=\"success\"}";
const ERROR: &str = "buckets_operations_total{operation=\"insert\",status=\"error\"}";
const FAILURE: &str = "buckets_operation_errors_total{operation=\"insert\",kind=\"unavailable\"}";

pub(super) fn alerts() -> Vec<Alert> {
    vec![
        Alert {
            name: "BucketsErrorBudgetBurnsFast",
            expression: burns("14.4", ("1h", 3_600), "5m"),
            hold: "2m",
            severity: Severity::Page,
            summary: "{{ $value | humanizePercentage }} of the operations of {{ $labels.cloud }} on {{ $labels.adapter }} \
                      fail: the error budget of a month is gone in two days.",
            fires: (
                Scenario::after("1h30m", "2 % of 600 operations a minute fail")
                    .series(SUCCESS, "0+588x90")
                    .series(ERROR, "0+12x90")
                    .series(FAILURE, "0+12x90"),
                Firing { labels: UPLOADS, value: "2%" },
            ),
            silent: Scenario::after("1h30m", "2 of 100 operations failed in an hour, and none since")
                .series(SUCCESS, "0+2x90")
                .series(ERROR, "0x80 2x10")
                .series(FAILURE, "0x80 2x10"),
        },
        Alert {
            name: "BucketsErrorBudgetBurns",
            expression: burns("6", ("6h", 21_600), "30m"),
            hold: "15m",
            severity: Severity::Page,
            summary: "{{ $value | humanizePercentage }} of the operations of {{ $labels.cloud }} on {{ $labels.adapter }} \
                      fail: the error budget of a month is gone in five days.",
            fires: (
                Scenario::after("7h", "1 % of 600 operations a minute fail")
                    .series(SUCCESS, "0+594x420")
                    .series(ERROR, "0+6x420")
                    .series(FAILURE, "0+6x420"),
                Firing { labels: UPLOADS, value: "1%" },
            ),
            silent: Scenario::after("7h", "2 % failed, and none in the last hour")
                .series(SUCCESS, "0+588x360 211680+600x60")
                .series(ERROR, "0+12x360 4320x60")
                .series(FAILURE, "0+12x360 4320x60"),
        },
        Alert {
            name: "BucketsErrorBudgetBurnsSlowly",
            expression: burns("1", ("3d", 259_200), "6h"),
            hold: "1h",
            severity: Severity::Ticket,
            summary: "{{ $value | humanizePercentage }} of the operations of {{ $labels.cloud }} on {{ $labels.adapter }} \
                      fail: more than the objective allows.",
            fires: (
                Scenario::after("9h", "0.2 % of 500 operations a minute fail")
                    .series(SUCCESS, "0+499x540")
                    .series(ERROR, "0+1x540")
                    .series(FAILURE, "0+1x540"),
                Firing { labels: UPLOADS, value: "0.2%" },
            ),
            silent: Scenario::after("9h", "many callers go away, many lookups find nothing, and nothing fails")
                .series(SUCCESS, "0+100x540")
                .series("buckets_operations_total{operation=\"insert\",status=\"cancelled\"}", "0+400x540")
                .series("buckets_operations_total{operation=\"head\",status=\"error\"}", "0+400x540")
                .series(FAILURE, "0x540"),
        },
    ]
}

/// The budget goes `speed` times as fast as it may, over a long time and still: so that it is no matter of a
/// moment, and ends soon after it is mended.
fn burns(speed: &str, (long, seconds): (&str, u32), short: &str) -> String {
    let most = format!("{speed} * {:.3}", 1.0 - AVAILABILITY);
    format!(
        "{long_failed} > {most}
and
{} > {most}
and
{long_failed} * {} * {seconds} >= {LEAST_FAILURES}",
        failed(short),
        operations(long),
        long_failed = failed(long),
    )
}
