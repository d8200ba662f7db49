//! A cloud whose spans the SDK keeps in memory.

use std::time::Duration;

use buckets::Cloud;
use buckets::adapter::Memory;
use buckets::handlers::otel::Traces;
use buckets::telemetry::{Dispatcher, Scope};
use buckets::testing::ManualClock;
use buckets_tower::TelemetryLayer;
use opentelemetry::Value;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};

pub(crate) struct Traced {
    pub(crate) dispatcher: Dispatcher,
    pub(crate) clock: ManualClock,
    pub(crate) provider: SdkTracerProvider,
    pub(crate) exporter: InMemorySpanExporter,
}

impl Traced {
    pub(crate) fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        Self { exporter, ..Self::with(provider) }
    }

    /// With a provider that keeps nothing for [`spans`](Self::spans).
    pub(crate) fn with(provider: SdkTracerProvider) -> Self {
        let exporter = InMemorySpanExporter::default();
        let clock = ManualClock::new();
        let dispatcher = Dispatcher::builder().clock(clock.clone()).build();
        Traces::with_provider(&provider).attach(&dispatcher).expect("the first");
        Self { dispatcher, clock, provider, exporter }
    }

    pub(crate) fn cloud(&self) -> Cloud {
        let builder = Cloud::builder("uploads", Memory::new()).layer(TelemetryLayer::new());
        builder.dispatcher(self.dispatcher.clone()).build().boxed()
    }

    pub(crate) fn scope(&self, adapter: &str) -> Scope {
        Scope::new(self.dispatcher.clone(), "uploads", adapter)
    }

    pub(crate) fn pass(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    /// The spans that have ended, in that order.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        self.exporter.get_finished_spans().expect("it was not shut down")
    }

    pub(crate) fn span(&self, name: &str) -> SpanData {
        let spans = self.spans();
        let mut named = spans.iter().filter(|span| span.name == name);
        let found = named.next().unwrap_or_else(|| panic!("no {name} in {spans:#?}")).clone();
        assert!(named.next().is_none(), "two of {name}");
        found
    }
}

pub(crate) fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|attribute| attribute.value.clone())
}

pub(crate) fn text(span: &SpanData, key: &str) -> Option<String> {
    attribute(span, key).map(|value| value.as_str().into_owned())
}

pub(crate) fn is_part_of(part: &SpanData, whole: &SpanData) -> bool {
    part.parent_span_id == whole.span_context.span_id() && part.span_context.trace_id() == whole.span_context.trace_id()
}
