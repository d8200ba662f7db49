//! Spans of ours and of others, within each other.

use std::sync::{Arc, Mutex};

use buckets::adapter::Memory;
use buckets::handlers::log::Log;
use buckets::handlers::otel;
use buckets::operation::{Request, Response};
use buckets::telemetry::{CurrentSpan, Event, Span, SpanStart};
use buckets::{Cloud, Error, Upload};
use buckets_tower::TelemetryLayer;
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, SpanContext, SpanId, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use tower::ServiceExt;
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;

use crate::traced::{Traced, is_part_of};

/// A cloud whose adapter is reached through an instrumented client.
fn cloud(traced: &Traced, tracer: SdkTracer) -> Cloud {
    let client = tower::layer::layer_fn(move |inner| {
        let tracer = tracer.clone();
        tower::service_fn(move |request: Request| {
            let inner: tower::util::BoxCloneSyncService<Request, Response, Error> = Clone::clone(&inner);
            let tracer = tracer.clone();
            async move {
                tokio::task::yield_now().await;
                let span = tracer.start("client");
                let answer = inner.oneshot(request).with_context(Context::current_with_span(span)).await;
                tracing::info_span!("unpack").in_scope(|| answer)
            }
        })
    });
    let boxed = tower::layer::layer_fn(tower::util::BoxCloneSyncService::new);
    let builder = Cloud::builder("uploads", Memory::new()).layer(boxed).layer(client).layer(TelemetryLayer::new());
    builder.dispatcher(traced.dispatcher.clone()).build().boxed()
}

#[tokio::test]
async fn what_others_trace_within_an_operation_is_part_of_it_and_nothing_is_there_twice() {
    let traced = Traced::new();
    Log::new().select([""]).attach(&traced.dispatcher).expect("attached");
    let tracer = traced.provider.tracer("app");
    let layer = tracing_opentelemetry::layer().with_tracer(tracer.clone());
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let cloud = cloud(&traced, tracer);

    let inserting = async { cloud.insert(Upload::from_bytes("a.txt", "Hello!")).await };
    inserting.instrument(tracing::info_span!("request")).await.expect("room");
    assert_eq!(CurrentSpan::get().id(), None);
    assert!(!Context::current().has_active_span(), "what was entered was left");

    let names: Vec<_> = traced.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["client", "unpack", "memory.put", "buckets.insert", "request"]);
    let [client, unpack, put, insert, request] =
        ["client", "unpack", "memory.put", "buckets.insert", "request"].map(|name| traced.span(name));
    assert!(is_part_of(&insert, &request), "taken from tracing");
    assert!(is_part_of(&put, &insert));
    assert!(is_part_of(&client, &put), "given to OpenTelemetry");
    assert!(is_part_of(&unpack, &put), "given to tracing");
}

#[tokio::test]
async fn operations_that_run_at_once_have_their_own_parts() {
    let traced = Traced::new();
    let cloud = cloud(&traced, traced.provider.tracer("app"));
    let insert = async |name| cloud.insert(Upload::from_bytes(name, "Hello!")).await.map(drop);
    let all = futures_util::future::join_all(["a", "b", "c"].map(insert)).await;
    assert!(all.iter().all(Result::is_ok));
    let spans = traced.spans();
    let of = |name: &str| spans.iter().filter(move |span| span.name == name).collect::<Vec<_>>();
    for (parts, wholes) in [("client", "memory.put"), ("memory.put", "buckets.insert")] {
        assert_eq!(of(parts).len(), 3);
        for part in of(parts) {
            assert_eq!(of(wholes).iter().filter(|whole| is_part_of(part, whole)).count(), 1);
        }
    }
    assert!(of("buckets.insert").iter().all(|span| span.parent_span_id == SpanId::INVALID));
}

#[test]
fn an_operation_is_part_of_the_span_of_others_it_begins_in_if_that_is_nearer() {
    static WHOLE: buckets::telemetry::EventName = buckets::telemetry::EventName::new("my_app.whole");
    static PART: buckets::telemetry::EventName = buckets::telemetry::EventName::new("my_app.part");
    static THERE: buckets::telemetry::EventName = buckets::telemetry::EventName::new("my_app.there");
    let traced = Traced::new();
    let scope = traced.scope("");
    let mut whole = Span::start(&scope, &WHOLE);
    let id = whole.id();
    whole.run(|| {
        let within = Context::current_with_span(traced.provider.tracer("app").start("theirs"));
        let _entered = within.attach();
        Span::start(&scope, &PART).succeed();
    });
    // In another place, only told of its parent.
    let elsewhere = Context::current_with_span(traced.provider.tracer("app").start("elsewhere")).attach();
    Span::start_with(&scope, &THERE, || SpanStart::new().parent(id)).succeed();
    drop(elsewhere);
    whole.succeed();

    let [whole, theirs, part, there] =
        ["my_app.whole", "theirs", "my_app.part", "my_app.there"].map(|name| traced.span(name));
    assert!(is_part_of(&theirs, &whole) && is_part_of(&part, &theirs) && is_part_of(&there, &whole));
}

/// What other handlers are told of an operation's span, event by event.
fn asked(traced: &Traced) -> Arc<Mutex<Vec<Option<SpanContext>>>> {
    let asked = Arc::<Mutex<Vec<_>>>::default();
    let answers = Arc::clone(&asked);
    let ask = move |event: &Event<'_>| answers.lock().expect("no panic").push(otel::span_of(event));
    traced.dispatcher.attach("asker", "buckets", ask).expect("attached");
    asked
}

#[tokio::test]
async fn other_handlers_are_told_which_span_an_operation_has() {
    let traced = Traced::new();
    let asked = asked(&traced);
    traced.cloud().insert(Upload::from_bytes("a.txt", "Hello!")).await.expect("room");
    let [insert, put] = ["buckets.insert", "memory.put"].map(|name| Some(traced.span(name).span_context));
    // Both begin, and end in the opposite order.
    assert_eq!(*asked.lock().expect("no panic"), [insert.clone(), put.clone(), put, insert]);
}

#[tokio::test]
async fn a_span_that_the_sdk_leaves_out_is_none() {
    let provider = SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOff).build();
    let traced = Traced::with(provider);
    let asked = asked(&traced);
    traced.cloud().insert(Upload::from_bytes("a.txt", "Hello!")).await.expect("room");
    assert_eq!(*asked.lock().expect("no panic"), [None, None, None, None]);
}
