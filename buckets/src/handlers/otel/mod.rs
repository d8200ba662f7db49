//! Spans and metrics for OpenTelemetry, through its official API, version 0.33.
//!
//! [`Traces`] makes an OpenTelemetry span of each operation, [`Metrics`] records the metrics of the
//! [catalogue](crate::telemetry::catalogue::METRICS). Where both go is the application's choice: it sets
//! up the SDK and an exporter, whose `opentelemetry` must be of the same minor version.

mod attributes;
mod describe;
mod entered;
mod health;
mod metrics;
mod open;
mod row;
mod traces;

use opentelemetry::InstrumentationScope;
use opentelemetry::trace::SpanContext;

pub use self::metrics::{Metrics, MetricsBuilder};
pub use self::traces::Traces;
use crate::telemetry::Event;

/// OpenTelemetry's span of the operation that `event` tells of, if [`Traces`] made one that the SDK samples.
/// With this, numbers link to traces:
///
/// ```
/// # #[cfg(feature = "prometheus")] {
/// use buckets::handlers::otel;
/// use buckets::handlers::prometheus::{Exemplar, Prometheus};
///
/// let metrics = Prometheus::builder()
///     .exemplars(|event| {
///         let span = otel::span_of(event)?;
///         let trace = Exemplar::new(u128::from_be_bytes(span.trace_id().to_bytes()));
///         Some(trace.span(u64::from_be_bytes(span.span_id().to_bytes())))
///     })
///     .build();
/// # }
/// ```
pub fn span_of(event: &Event<'_>) -> Option<SpanContext> {
    open::span_of(event.span_id()).filter(SpanContext::is_sampled)
}

/// The version of OpenTelemetry's conventions that names without `buckets` in front are of.
const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.44.0";

/// Whose spans and metrics these are.
fn scope() -> InstrumentationScope {
    let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME")).with_version(env!("CARGO_PKG_VERSION"));
    scope.with_schema_url(SCHEMA_URL).build()
}
