//! What others do of the kind, and the floor under all of it.

pub(crate) mod autometrics;
pub(crate) mod cadence;
pub(crate) mod fastrace;
pub(crate) mod floor;
pub(crate) mod histogram;
pub(crate) mod log;
pub(crate) mod object_store;
pub(crate) mod opendal;
pub(crate) mod otel;
pub(crate) mod otel_metrics;
pub(crate) mod prometheus;
pub(crate) mod prometheus_client;
pub(crate) mod tower;
pub(crate) mod tracing;
