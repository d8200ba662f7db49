//! The telemetry itself is wrong, so nothing else can be trusted.

use crate::monitoring::rules::{Alert, Firing, Scenario, Severity};

pub(super) fn alerts() -> Vec<Alert> {
    vec![gone(), handler_fails(), dropped(), overflow()]
}

fn gone() -> Alert {
    Alert {
        name: "BucketsTelemetryGone",
        expression: "sum by (job) (last_over_time(buckets_telemetry_events_total[1d]))
unless
sum by (job) (buckets_telemetry_events_total)"
            .to_owned(),
        hold: "10m",
        severity: Severity::Ticket,
        summary: "{{ $labels.job }} has had metrics of its storage in the last day, and has none now.",
        fires: (
            Scenario::after("1h", "the program is gone").series("buckets_telemetry_events_total", "0+1x30 _x30"),
            Firing { labels: &[("job", "app")], value: "30" },
        ),
        silent: Scenario::after("1h", "the program is restarted")
            .series("buckets_telemetry_events_total", "0+1x30 _x5 0+1x25"),
    }
}

fn handler_fails() -> Alert {
    Alert {
        name: "BucketsHandlerFails",
        expression: "sum by (job, handler) (increase(buckets_telemetry_handler_failures_total[10m])) > 0".to_owned(),
        hold: "0m",
        severity: Severity::Ticket,
        summary: "The telemetry handler {{ $labels.handler }} of {{ $labels.job }} panics: what it tells is not complete.",
        fires: (
            Scenario::after("20m", "a handler panics once")
                .series("buckets_telemetry_handler_failures_total{handler=\"log\"}", "0x15 1x10"),
            Firing { labels: &[("handler", "log"), ("job", "app")], value: "1" },
        ),
        silent: Scenario::after("1h", "it panicked half an hour ago")
            .series("buckets_telemetry_handler_failures_total{handler=\"log\"}", "0x30 1x30"),
    }
}

fn dropped() -> Alert {
    Alert {
        name: "BucketsTelemetryDropped",
        expression: "sum by (job, handler, reason) (rate(buckets_telemetry_dropped_total[5m])) > 0".to_owned(),
        hold: "10m",
        severity: Severity::Ticket,
        summary: "The telemetry handler {{ $labels.handler }} of {{ $labels.job }} drops {{ $value | humanize }} things a \
                  second ({{ $labels.reason }}): what it tells is not complete.",
        fires: (
            Scenario::after("30m", "one a second is dropped")
                .series("buckets_telemetry_dropped_total{handler=\"statsd\",reason=\"io\"}", "0+60x30"),
            Firing { labels: &[("handler", "statsd"), ("job", "app"), ("reason", "io")], value: "1" },
        ),
        silent: Scenario::after("30m", "some were dropped for a moment")
            .series("buckets_telemetry_dropped_total{handler=\"statsd\",reason=\"io\"}", "0x20 60x10"),
    }
}

fn overflow() -> Alert {
    Alert {
        name: "BucketsSeriesOverflow",
        expression: "sum by (job) (increase(buckets_telemetry_overflow_events_total[15m])) > 0".to_owned(),
        hold: "0m",
        severity: Severity::Ticket,
        summary: "{{ $labels.job }} has too many series: {{ $value | humanize }} events went into those named `other`.",
        fires: (
            Scenario::after("30m", "one event a minute has no series of its own")
                .series("buckets_telemetry_overflow_events_total", "0+1x30"),
            Firing { labels: &[("job", "app")], value: "15" },
        ),
        silent: Scenario::after("30m", "there is room").series("buckets_telemetry_overflow_events_total", "0x30"),
    }
}
