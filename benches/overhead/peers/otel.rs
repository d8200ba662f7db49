//! OpenTelemetry's SDK by hand, and spans of `tracing` brought to it.

use opentelemetry::trace::{SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanProcessor};
use tracing_subscriber::layer::SubscriberExt;

/// Takes each span that ended, and no more: exporting is not what is measured.
#[derive(Debug)]
struct Taken;

impl SpanProcessor for Taken {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        std::hint::black_box(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}

pub(crate) fn provider() -> SdkTracerProvider {
    SdkTracerProvider::builder().with_span_processor(Taken).build()
}

pub(crate) struct ByHand(SdkTracer);

impl ByHand {
    pub(crate) fn new(provider: &SdkTracerProvider) -> Self {
        Self(provider.tracer("app"))
    }

    /// With the attributes that ours has, and current while its code runs.
    pub(crate) fn span(&self) -> u64 {
        let attributes = [
            KeyValue::new("buckets.operation", "read"),
            KeyValue::new("buckets.adapter", "memory"),
            KeyValue::new("buckets.cloud", "main"),
        ];
        let builder = self.0.span_builder("buckets.read").with_kind(SpanKind::Internal).with_attributes(attributes);
        let context = Context::current_with_span(self.0.build(builder));
        let guard = context.clone().attach();
        let value = 3;
        drop(guard);
        let span = context.span();
        span.set_attribute(KeyValue::new("buckets.outcome", "success"));
        span.set_attribute(KeyValue::new("buckets.bytes", 4096));
        span.end();
        value
    }
}

/// A subscriber that brings spans of `tracing` to the provider.
pub(crate) fn subscriber(provider: &SdkTracerProvider) -> tracing::Dispatch {
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("app"));
    // Ours says neither of these.
    let layer = layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
    tracing_subscriber::registry().with(layer).into()
}

/// The same by `tracing`, where the subscriber is the current one.
pub(crate) fn tracing_span() -> u64 {
    let span = tracing::info_span!(
        "buckets.read",
        "buckets.operation" = "read",
        "buckets.adapter" = "memory",
        "buckets.cloud" = "main",
        "buckets.outcome" = tracing::field::Empty,
        "buckets.bytes" = tracing::field::Empty,
    );
    let value = span.in_scope(|| 3);
    span.record("buckets.outcome", "success");
    span.record("buckets.bytes", 4096);
    value
}
