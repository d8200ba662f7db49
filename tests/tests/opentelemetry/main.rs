//! Spans and metrics for OpenTelemetry: in the SDK's memory, at real receivers, and at a real server that is
//! asked the same as Prometheus.

mod context;
mod metrics;
mod receivers;
mod spans;
mod traced;
mod victoria;
