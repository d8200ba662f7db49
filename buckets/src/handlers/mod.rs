//! Handlers that bring events to where people look: logs and metrics.

#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "prometheus")]
pub mod prometheus;
