//! Spans and metrics, sent by OTLP.
//!
//! Run it with `cargo run --example opentelemetry`. Where `OTEL_EXPORTER_OTLP_ENDPOINT` says where a collector is, they are
//! sent there: over gRPC for `OTEL_EXPORTER_OTLP_PROTOCOL=grpc`, over HTTP for `http/protobuf`. Else the spans are printed.

use buckets::adapter::Memory;
use buckets::handlers::otel::{Metrics, Traces};
use buckets::telemetry::Dispatcher;
use buckets::{Cloud, Upload};
use buckets_tower::TelemetryLayer;
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let resource = Resource::builder().with_service_name("buckets-example").build();
    let (tracers, meters) = (SdkTracerProvider::builder(), SdkMeterProvider::builder());
    let (tracers, meters) = (tracers.with_resource(resource.clone()), meters.with_resource(resource));
    let printed = InMemorySpanExporter::default();
    let (tracers, meters) = if std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").is_some() {
        let (spans, metrics) = (SpanExporter::builder().build()?, MetricExporter::builder().build()?);
        (tracers.with_batch_exporter(spans).build(), meters.with_periodic_exporter(metrics).build())
    } else {
        (tracers.with_simple_exporter(printed.clone()).build(), meters.build())
    };

    let dispatcher = Dispatcher::global();
    Traces::with_provider(&tracers).attach(&dispatcher)?;
    Metrics::builder().provider(&meters).build().attach(&dispatcher)?;

    let cloud = Cloud::builder("uploads", Memory::new()).layer(TelemetryLayer::new()).build();
    let object = cloud.insert(Upload::from_bytes("hello.txt", "Hello!")).await?;
    assert_eq!(cloud.read(object.location()).await?, "Hello!");

    for span in printed.get_finished_spans()? {
        println!("{:<16} {:?}", span.name, span.end_time.duration_since(span.start_time)?);
    }
    // What was not sent yet is sent now, which blocks.
    tokio::task::spawn_blocking(move || [tracers.shutdown(), meters.shutdown()].into_iter().collect::<Result<(), _>>())
        .await??;
    Ok(())
}
