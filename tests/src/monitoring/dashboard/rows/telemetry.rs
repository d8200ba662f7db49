use crate::monitoring::dashboard::{Panel, Row, Unit};

/// Whether the numbers above can be trusted.
pub(super) fn row() -> Row {
    let panels = vec![
        Panel::lines("Events counted", Unit::PerSecond)
            .about(
                "Events that went into these metrics; none while operations go on means that the handler was detached.",
            )
            .query("{{job}}", "sum by (job) (rate(buckets_telemetry_events_total[$__rate_interval]))"),
        Panel::lines("Panics of handlers", Unit::Count)
            .about("What such a handler tells is not complete; the others go on.")
            .query(
                "{{handler}}",
                "sum by (handler) (increase(buckets_telemetry_handler_failures_total[$__rate_interval]))",
            ),
        Panel::lines("Events that are not told, or not apart", Unit::Count)
            .about(
                "Suppressed: caused by a handler. Overflow: there are too many series, so these share those named \
                    `other`.",
            )
            .query("suppressed", "sum(increase(buckets_telemetry_suppressed_events_total[$__rate_interval]))")
            .query("overflow", "sum(increase(buckets_telemetry_overflow_events_total[$__rate_interval]))"),
        Panel::lines("Dropped by handlers", Unit::Count)
            .about("What a handler could not deliver: its server is away, or too slow.")
            .query(
                "{{handler}} {{reason}}",
                "sum by (handler, reason) (increase(buckets_telemetry_dropped_total[$__rate_interval]))",
            )
            .may_be_empty("no handler delivers anything elsewhere"),
        Panel::lines("Waiting in handlers", Unit::Count)
            .about("It grows where a handler is given more than it can deliver.")
            .query("{{handler}}", "sum by (handler) (buckets_telemetry_queue_length)")
            .may_be_empty("no handler delivers anything elsewhere"),
    ];
    Row { title: "Telemetry", panels }
}
