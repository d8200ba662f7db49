//! One line of the log.

use std::time::Duration;

use tracing::Level;

use super::Log;
use super::chain::chain;
use crate::handlers::text::safe;
use crate::telemetry::{Event, Outcome, Stage};

/// What a line says: everything of an event that is fit for a log.
pub(super) struct Record {
    message: String,
    event: String,
    operation: String,
    adapter: Option<String>,
    cloud: Option<String>,
    span_id: u64,
    parent_id: Option<u64>,
    duration_ms: Option<f64>,
    status: Option<&'static str>,
    kind: Option<&'static str>,
    attempts: Option<u32>,
    bytes: Option<u64>,
    time_to_first_byte_ms: Option<f64>,
    content_type: Option<&'static str>,
    key: Option<String>,
    error: Option<String>,
    retryable: Option<bool>,
    http_status: Option<u16>,
    request_id: Option<String>,
    weight: Option<f64>,
    suppressed: Option<u64>,
    metadata: Option<String>,
}

/// Calls `$call` with the level as the constant that the macros of `tracing` need.
macro_rules! with_constant {
    ($level:expr, $call:ident) => {
        match $level {
            Level::ERROR => $call!(Level::ERROR),
            Level::WARN => $call!(Level::WARN),
            Level::INFO => $call!(Level::INFO),
            Level::DEBUG => $call!(Level::DEBUG),
            Level::TRACE => $call!(Level::TRACE),
        }
    };
}

/// Whether anybody reads lines of this level: nothing is formatted for nobody.
pub(super) fn is_enabled(level: Level) -> bool {
    macro_rules! enabled {
        ($level:expr) => {
            tracing::enabled!(target: Log::TARGET, $level)
        };
    }
    with_constant!(level, enabled)
}

impl Record {
    pub(super) fn new(event: &Event<'_>, weight: f64, suppressed: u64) -> Self {
        let error = event.storage_error();
        let name = |name: &str| (!name.is_empty()).then(|| safe(name));
        Self {
            message: message(event),
            event: safe(event.full_name()),
            operation: safe(event.operation()),
            adapter: name(event.adapter()),
            cloud: name(event.cloud()),
            span_id: event.span_id().get(),
            parent_id: event.parent_id().map(|id| id.get()),
            duration_ms: event.duration().map(millis),
            status: event.outcome().map(|outcome| outcome.status().as_str()),
            kind: event.kind().map(|kind| kind.as_str()),
            attempts: event.attempts(),
            bytes: event.bytes(),
            time_to_first_byte_ms: event.time_to_first_byte().map(millis),
            content_type: event.content_type(),
            key: event.key().map(safe),
            error: event.error().map(chain),
            retryable: error.map(|error| error.is_retryable()),
            http_status: error.and_then(|error| error.http_status()),
            request_id: error.and_then(|error| error.request_id()).map(safe),
            weight: (weight != 1.0).then_some(weight),
            suppressed: (suppressed > 0).then_some(suppressed),
            metadata: metadata(event),
        }
    }

    pub(super) fn write(&self, level: Level) {
        macro_rules! write {
            ($level:expr) => {
                tracing::event!(
                    target: Log::TARGET,
                    $level,
                    event = self.event.as_str(),
                    operation = self.operation.as_str(),
                    adapter = self.adapter.as_deref(),
                    cloud = self.cloud.as_deref(),
                    span_id = self.span_id,
                    parent_id = self.parent_id,
                    duration_ms = self.duration_ms,
                    status = self.status,
                    kind = self.kind,
                    attempts = self.attempts,
                    bytes = self.bytes,
                    time_to_first_byte_ms = self.time_to_first_byte_ms,
                    content_type = self.content_type,
                    key = self.key.as_deref(),
                    error = self.error.as_deref(),
                    retryable = self.retryable,
                    http_status = self.http_status,
                    request_id = self.request_id.as_deref(),
                    weight = self.weight,
                    suppressed = self.suppressed,
                    metadata = self.metadata.as_deref(),
                    "{}",
                    self.message
                )
            };
        }
        with_constant!(level, write);
    }
}

fn message(event: &Event<'_>) -> String {
    let operation = event.operation();
    safe(match (event.stage(), event.outcome()) {
        (Stage::Start, _) => format!("{operation} began"),
        (_, None) => event.full_name().to_string(),
        (_, Some(Outcome::Success)) => format!("{operation} succeeded"),
        (_, Some(Outcome::Expected(kind))) => format!("{operation} answered {kind}"),
        (_, Some(Outcome::Error(kind))) => format!("{operation} failed: {kind}"),
        (_, Some(Outcome::Panic)) => format!("{operation} panicked"),
        (_, Some(Outcome::Cancelled)) => format!("{operation} cancelled"),
    })
}

/// What the event has besides; a line's fields are fixed, so all of it is one of them.
fn metadata(event: &Event<'_>) -> Option<String> {
    let measurements = event.own_measurements().map(|(name, value)| format!("{name}={value}"));
    let fields = event.own_fields().map(|(name, value)| format!("{name}={}", safe(value)));
    let all: Vec<_> = measurements.chain(fields).collect();
    (!all.is_empty()).then(|| safe(all.join(" ")))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
