//! It costs more than it did, or nobody knows what is stored.

use super::counted_within;
use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

const UPLOADS: &[(&str, &str)] = &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app")];

pub(super) fn alerts() -> Vec<Alert> {
    vec![spike(), budget(), inventory(), left_behind()]
}

fn spike() -> Alert {
    Alert {
        name: "BucketsCostSpike",
        expression: "24 * sum by (job, cloud, adapter) (increase(buckets_estimated_cost_usd_total[1h]))
> 3 * sum by (job, cloud, adapter) (increase(buckets_estimated_cost_usd_total[1d] offset 1h))
and
sum by (job, cloud, adapter) (increase(buckets_estimated_cost_usd_total[1h])) > 1"
            .to_owned(),
        hold: "15m",
        severity: Severity::Ticket,
        summary: "{{ $labels.cloud }} on {{ $labels.adapter }} costs {{ $value | humanize }} dollars a day at the moment, three \
                  times as much as in the last day.",
        fires: (
            Scenario::after("1d4h", "ten times as much as in the day before")
                .series("buckets_estimated_cost_usd_total{component=\"egress\"}", "0+0.1x1440 144+1x240"),
            Firing { labels: UPLOADS, value: "1.44k" },
        ),
        silent: Scenario::after("1d4h", "as much as in the day before")
            .series("buckets_estimated_cost_usd_total{component=\"egress\"}", "0+1x1680"),
    }
}

fn budget() -> Alert {
    Alert {
        name: "BucketsBudgetWarning",
        expression: counted_within("15m", "job, cloud, adapter", "buckets_budget_warnings_total"),
        hold: "0m",
        severity: Severity::Ticket,
        summary: "{{ $labels.cloud }} on {{ $labels.adapter }} has spent as much of its budget as is to be warned of.",
        fires: (
            Scenario::after("20m", "the first warning").series("buckets_budget_warnings_total", "_x15 1x10"),
            Firing { labels: UPLOADS, value: "1" },
        ),
        silent: Scenario::after("1h", "a warning half an hour ago")
            .series("buckets_budget_warnings_total", "_x30 1x30"),
    }
}

fn inventory() -> Alert {
    Alert {
        name: "BucketsInventoryOld",
        expression: "time() - max by (job, cloud, adapter) (buckets_stored_scan_timestamp_seconds) > 3 * 86400"
            .to_owned(),
        hold: "1h",
        severity: Severity::Ticket,
        summary: "What is stored in {{ $labels.cloud }} on {{ $labels.adapter }} was last counted {{ $value | humanizeDuration }} \
                  ago.",
        fires: (
            // The clock of these tests begins in 1970.
            Scenario::after("2h", "it was counted four days ago")
                .series("buckets_stored_scan_timestamp_seconds{storage_class=\"standard\"}", "-345600x120"),
            Firing { labels: UPLOADS, value: "4d 2h 0m 0s" },
        ),
        silent: Scenario::after("2h", "it was counted a day ago")
            .series("buckets_stored_scan_timestamp_seconds{storage_class=\"standard\"}", "-86400x120"),
    }
}

fn left_behind() -> Alert {
    Alert {
        name: "BucketsUploadsLeftBehind",
        expression: counted_within("1h", "job, adapter", "buckets_upload_orphans_total"),
        hold: "0m",
        severity: Severity::Ticket,
        summary: "Uploads in parts that {{ $labels.job }} gave up on {{ $labels.adapter }} could not be aborted: their parts are \
                  billed until a sweep.",
        fires: (
            Scenario::after("20m", "the first upload that is left behind")
                .series("buckets_upload_orphans_total", "_x15 1x10"),
            Firing { labels: &[("adapter", "s3"), ("job", "app")], value: "1" },
        ),
        silent: Scenario::after("2h", "one was left behind an hour and a half ago")
            .series("buckets_upload_orphans_total", "_x30 1x90"),
    }
}
