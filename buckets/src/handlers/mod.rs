//! Handlers that bring events to where people look: logs, metrics and error trackers.

#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "performance")]
pub mod performance;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(feature = "sentry")]
pub mod sentry;
#[cfg(any(feature = "log", feature = "sentry"))]
mod text;
