//! Somebody tries, or does, what is not meant to be.

use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

const UPLOADS: &[(&str, &str)] = &[("adapter", "s3"), ("cloud", "uploads"), ("job", "app")];

pub(super) fn alerts() -> Vec<Alert> {
    vec![access(), token_not_renewed(), token_expired(), links(), deletions()]
}

fn access() -> Alert {
    Alert {
        name: "BucketsAccessRefused",
        expression: "sum by (job, cloud, adapter) (
  rate(buckets_operation_errors_total{kind=~\"unauthenticated|permission_denied\"}[5m])
)
/
sum by (job, cloud, adapter) (rate(buckets_operations_total{operation!=\"link\"}[5m]))
> 0.01"
            .to_owned(),
        hold: "5m",
        severity: Severity::Ticket,
        summary: "{{ $labels.adapter }} refuses {{ $value | humanizePercentage }} of the operations of {{ $labels.cloud }}: \
                  credentials are missing, expired or may not do it.",
        fires: (
            Scenario::after("20m", "credentials have expired")
                .series("buckets_operations_total{operation=\"read\",status=\"error\"}", "0+10x20")
                .series("buckets_operation_errors_total{operation=\"read\",kind=\"unauthenticated\"}", "0+10x20"),
            Firing { labels: UPLOADS, value: "100%" },
        ),
        silent: Scenario::after("20m", "strangers make links up")
            .series("buckets_operations_total{operation=\"read\",status=\"success\"}", "0+10x20")
            .series("buckets_operations_total{operation=\"link\",status=\"error\"}", "0+50x20"),
    }
}

fn token_not_renewed() -> Alert {
    Alert {
        name: "BucketsTokenNotRenewed",
        expression: "sum by (job, adapter) (increase(buckets_token_refreshes_total{status=\"error\"}[15m])) > 2
unless
sum by (job, adapter) (increase(buckets_token_refreshes_total{status=\"success\"}[15m])) > 0"
            .to_owned(),
        hold: "5m",
        severity: Severity::Ticket,
        summary: "{{ $labels.job }} gets no access token for {{ $labels.adapter }}; while the one that it has is good, nothing \
                  fails.",
        fires: (
            Scenario::after("40m", "one request a minute, and none succeeds")
                .series("buckets_token_refreshes_total{status=\"error\"}", "0+1x40")
                .series("buckets_token_refreshes_total{status=\"success\"}", "3x40"),
            Firing { labels: &[("adapter", "s3"), ("job", "app")], value: "15" },
        ),
        silent: Scenario::after("40m", "every other request fails")
            .series("buckets_token_refreshes_total{status=\"error\"}", "0+1x40")
            .series("buckets_token_refreshes_total{status=\"success\"}", "0+1x40"),
    }
}

fn token_expired() -> Alert {
    Alert {
        name: "BucketsTokenExpired",
        expression: "time() - max by (job, instance, adapter) (buckets_token_expiry_timestamp_seconds) > 0
and
sum by (job, instance, adapter) (rate(buckets_adapter_operations_total[5m])) > 0"
            .to_owned(),
        hold: "2m",
        severity: Severity::Page,
        summary: "The access token that {{ $labels.instance }} has for {{ $labels.adapter }} expired \
                  {{ $value | humanizeDuration }} ago.",
        fires: (
            // The clock of these tests begins in 1970.
            Scenario::after("1h", "it expired half an hour ago, and the store is asked on")
                .series("buckets_token_expiry_timestamp_seconds", "1800x60")
                .series("buckets_adapter_operations_total{operation=\"put\",status=\"error\"}", "0+10x60"),
            Firing { labels: &[("adapter", "s3"), ("instance", "app:3000"), ("job", "app")], value: "30m 0s" },
        ),
        silent: Scenario::after("1h", "it expired half an hour ago, and nobody asks the store")
            .series("buckets_token_expiry_timestamp_seconds", "1800x60")
            .series("buckets_adapter_operations_total{operation=\"put\",status=\"success\"}", "0+10x20 200x40"),
    }
}

fn links() -> Alert {
    Alert {
        name: "BucketsLinksRefused",
        expression:
            "sum by (job, cloud, adapter) (rate(buckets_operations_total{operation=\"link\",status=\"error\"}[10m]))
/
sum by (job, cloud, adapter) (rate(buckets_operations_total{operation=\"link\"}[10m]))
> 0.2
and
sum by (job, cloud, adapter) (rate(buckets_operations_total{operation=\"link\",status=\"error\"}[10m])) > 0.1"
                .to_owned(),
        hold: "10m",
        severity: Severity::Ticket,
        summary: "{{ $value | humanizePercentage }} of the links to {{ $labels.cloud }} that are presented are refused: changed, \
                  expired or made up.",
        fires: (
            Scenario::after("30m", "half of the links are made up")
                .series("buckets_operations_total{operation=\"link\",status=\"success\"}", "0+60x30")
                .series("buckets_operations_total{operation=\"link\",status=\"error\"}", "0+60x30"),
            Firing { labels: UPLOADS, value: "50%" },
        ),
        silent: Scenario::after("30m", "a few links have expired")
            .series("buckets_operations_total{operation=\"link\",status=\"success\"}", "0+60x30")
            .series("buckets_operations_total{operation=\"link\",status=\"error\"}", "0+6x30"),
    }
}

fn deletions() -> Alert {
    let deleted = "buckets_operations_total{operation=\"delete\",status=\"success\"}";
    Alert {
        name: "BucketsManyDeletions",
        expression: format!(
            "sum by (job, cloud, adapter) (rate({deleted}[15m])) > 1
and
sum by (job, cloud, adapter) (rate({deleted}[15m]))
> 10 *
sum by (job, cloud, adapter) (rate({deleted}[1d] offset 15m))"
        ),
        hold: "5m",
        severity: Severity::Page,
        summary: "{{ $value | humanize }} objects a second are deleted from {{ $labels.cloud }} on {{ $labels.adapter }}, ten \
                  times as many as in the last day.",
        fires: (
            Scenario::after("6h30m", "everything is deleted")
                .series("buckets_operations_total{operation=\"delete\",status=\"success\"}", "0+6x360 2160+600x30"),
            Firing { labels: UPLOADS, value: "10" },
        ),
        silent: Scenario::after("6h30m", "many are deleted, as always")
            .series("buckets_operations_total{operation=\"delete\",status=\"success\"}", "0+600x390"),
    }
}
