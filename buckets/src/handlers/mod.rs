//! Handlers that bring events to where people look.

#[cfg(feature = "prometheus")]
pub mod prometheus;
