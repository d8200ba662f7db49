//! Real receivers get what the schema says: one over gRPC, one over HTTP, of different makers.

use buckets::handlers::otel::{Metrics, Traces};
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{Dispatcher, Scope, Span, SpanStart};
use buckets::{Error, ErrorKind};
use buckets_tests::components::oteltap::OtelTap;
use buckets_tests::components::rotel::Rotel;
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::Value;

/// A download that failed, and an upload that did well, sent to these exporters.
fn send(spans: SpanExporter, metrics: MetricExporter) {
    let traces = SdkTracerProvider::builder().with_batch_exporter(spans).build();
    let meters = SdkMeterProvider::builder().with_periodic_exporter(metrics).build();
    let dispatcher = Dispatcher::new();
    Traces::with_provider(&traces).attach(&dispatcher).expect("attached");
    Metrics::builder().provider(&meters).build().attach(&dispatcher).expect("attached");

    let scope = Scope::new(dispatcher, "uploads", "s3");
    let mut insert = Span::start(&scope, &names::CLOUD_INSERT);
    insert.add_bytes(6);
    let put = Span::start_with(&scope, &names::ADAPTER_PUT, || SpanStart::new().parent(insert.id()));
    put.point(&names::ADAPTER_PUT_RETRY, &[], &[]);
    put.succeed();
    insert.succeed();
    Span::start(&scope, &names::CLOUD_READ).fail(&Error::new(ErrorKind::Timeout, "too late"));

    // Both wait for the receiver's answer.
    traces.shutdown().expect("the receiver takes spans");
    meters.shutdown().expect("the receiver takes metrics");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_grpc() {
    let mut rotel = Rotel::start().await;
    let spans = SpanExporter::builder().with_tonic().with_endpoint(rotel.endpoint()).build().expect("an exporter");
    let metrics = MetricExporter::builder().with_tonic().with_endpoint(rotel.endpoint()).build().expect("an exporter");
    tokio::task::spawn_blocking(|| send(spans, metrics)).await.expect("no panic");

    let wanted = [
        "InstrumentationScope buckets",
        "Name           : buckets.insert",
        "Name           : S3.PutObject",
        "Kind           : SPAN_KIND_CLIENT",
        "Kind           : SPAN_KIND_INTERNAL",
        "Status code    : STATUS_CODE_ERROR",
        "Status message : timeout",
        "-> buckets.operation: Str(insert)",
        "-> buckets.adapter: Str(s3)",
        "-> buckets.cloud: Str(uploads)",
        "-> buckets.outcome: Str(success)",
        "-> buckets.bytes: Int(6)",
        "-> error.type: Str(timeout)",
        "-> Name: buckets.operation.duration",
        "-> Unit: s",
        "-> DataType: Histogram",
        "-> Name: buckets.operations",
        "-> Name: buckets.operations.in_flight",
        "-> Name: buckets.transferred",
        "-> Unit: By",
        "-> status: Str(success)",
        "-> kind: Str(timeout)",
        "-> direction: Str(upload)",
    ];
    let printed = rotel.printed(|printed| wanted.iter().all(|line| printed.contains(line))).await;
    // The child names its parent, in the same trace.
    let id_of = |name: &str, label: &str| {
        let block = printed.split("Span #").find(|block| block.contains(&format!(": {name}\n"))).expect("the span");
        let line = block.lines().find(|line| line.trim_start().starts_with(label)).expect("the line");
        line.rsplit(' ').next().expect("a value").to_owned()
    };
    assert_eq!(id_of("S3.PutObject", "Parent ID"), id_of("buckets.insert", "ID"));
    assert_eq!(id_of("S3.PutObject", "Trace ID"), id_of("buckets.insert", "Trace ID"));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http() {
    let mut tap = OtelTap::start().await;
    let at = |path: &str| format!("{}{path}", tap.endpoint());
    let (traces, metrics) = (at("/v1/traces"), at("/v1/metrics"));
    tokio::task::spawn_blocking(move || {
        let http = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        let spans = http.with_endpoint(traces).build().expect("an exporter");
        let http = MetricExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        send(spans, http.with_endpoint(metrics).build().expect("an exporter"));
    })
    .await
    .expect("no panic");

    let named = |all: &[Value], name: &str| all.iter().find(|value| value["name"] == name).cloned();
    let wanted = ["buckets.insert", "S3.PutObject", "buckets.read", "buckets.operation.duration", "buckets.operations"];
    let all = tap.received(|all| wanted.iter().all(|name| named(all, name).is_some())).await;
    let [insert, put, read, duration, operations] = wanted.map(|name| named(&all, name).expect("it came"));

    let attribute = |of: &Value, key: &str| {
        let list = of["attributes"].as_array().expect("a list");
        let value = &list.iter().find(|pair| pair["key"] == key).unwrap_or_else(|| panic!("no {key} in {of}"))["value"];
        value["stringValue"].as_str().or(value["intValue"].as_str()).expect("text or a number").to_owned()
    };
    assert_eq!((&put["parentSpanId"], &put["traceId"]), (&insert["spanId"], &insert["traceId"]));
    assert_eq!((&insert["kind"], &put["kind"]), (&1.into(), &3.into()), "internal and client");
    assert_eq!(put["events"][0]["name"], "buckets.adapter.put.retry");
    assert_eq!(attribute(&insert, "buckets.cloud"), "uploads");
    assert_eq!(attribute(&insert, "buckets.bytes"), "6");
    assert_eq!(attribute(&read, "error.type"), "timeout");
    assert_eq!((&read["status"]["code"], &read["status"]["message"]), (&2.into(), &"timeout".into()));

    assert_eq!((&duration["unit"], &operations["unit"]), (&"s".into(), &"".into()));
    let [point] = &duration["histogram"]["dataPoints"].as_array().expect("points")[..] else { panic!("{duration}") };
    assert_eq!((point["count"].as_str(), attribute(point, "operation").as_str()), (Some("1"), "insert"));
    let points = operations["sum"]["dataPoints"].as_array().expect("points");
    let count = |operation: &str, status: &str| {
        let is_it = |point: &&Value| attribute(point, "operation") == operation && attribute(point, "status") == status;
        points.iter().find(is_it).and_then(|point| point["asInt"].as_i64()).expect("a count")
    };
    assert_eq!((count("insert", "success"), count("read", "error")), (1, 1));
    assert_eq!(count("read", "success"), 0, "what is known is there before it happens");
}
