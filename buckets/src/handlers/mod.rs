//! Handlers that bring events to where people look: logs, metrics and error trackers.

#[cfg(any(feature = "opentelemetry", feature = "performance", feature = "statsd"))]
mod by_event;
#[cfg(any(feature = "opentelemetry", feature = "performance", feature = "prometheus", feature = "statsd"))]
mod by_number;
#[cfg(any(feature = "prometheus", feature = "statsd"))]
mod by_tags;
#[cfg(any(feature = "prometheus", feature = "statsd"))]
mod cells;
#[cfg(feature = "log")]
pub mod log;
#[cfg(any(feature = "prometheus", feature = "statsd"))]
mod metric;
#[cfg(feature = "opentelemetry")]
pub mod otel;
#[cfg(feature = "performance")]
pub mod performance;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(any(feature = "log", feature = "sentry"))]
mod rate;
#[cfg(feature = "sentry")]
pub mod sentry;
#[cfg(feature = "statsd")]
pub mod statsd;
#[cfg(any(feature = "log", feature = "opentelemetry", feature = "sentry"))]
mod text;
