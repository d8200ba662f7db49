//! A span of ours that becomes one of OpenTelemetry's.

use buckets::handlers::otel::Traces;
use buckets::telemetry::catalogue::names::CLOUD_READ;
use buckets::telemetry::{Dispatcher, Scope, Span};
use opentelemetry_sdk::trace::SdkTracerProvider;

pub(crate) struct Traced(Scope);

impl Traced {
    pub(crate) fn new(provider: &SdkTracerProvider) -> Self {
        let dispatcher = Dispatcher::new();
        Traces::with_provider(provider).attach(&dispatcher).expect("nothing else is attached");
        Self(Scope::new(dispatcher, "main", "memory"))
    }

    /// A read that succeeds; its code runs within the span.
    pub(crate) fn span(&self) -> u64 {
        let mut span = Span::start(&self.0, &CLOUD_READ);
        span.add_bytes(4096);
        let value = span.run(|| 3);
        span.succeed();
        value
    }
}
