//! What a span says.

use std::time::Duration;

use buckets::adapter::azure::AzureCredentials;
use buckets::adapter::gcs::GcsCredentials;
use buckets::adapter::s3::{Credentials, Provider};
use buckets::adapter::{Adapter, Azure, Gcs, Memory, S3};
use buckets::telemetry::catalogue::names;
use buckets::telemetry::{EventName, Number, Outcome, Sampling, Server, Span, SpanStart, Value};
use buckets::{Cloud, Error, ErrorKind, Secret, Upload};
use buckets_tower::TelemetryLayer;
use opentelemetry::Value as Theirs;
use opentelemetry::trace::{SpanId, SpanKind, Status};

use crate::traced::{Traced, attribute, is_part_of, text};

static RESIZE: EventName = EventName::new("my_app.image.resize");

#[tokio::test]
async fn an_upload_is_the_clouds_span_with_the_adapters_in_it() {
    let traced = Traced::new();
    let cloud = traced.cloud();
    let object = cloud.insert(Upload::from_bytes("a.txt", "Hello!")).await.expect("room");
    let _ = cloud.read(object.location()).await.expect("it is there");

    let names: Vec<_> = traced.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["memory.put", "buckets.insert", "memory.get", "buckets.read"]);
    let (insert, put) = (traced.span("buckets.insert"), traced.span("memory.put"));
    assert!(is_part_of(&put, &insert));
    assert_eq!(insert.parent_span_id, SpanId::INVALID);
    assert_ne!(insert.span_context.trace_id(), traced.span("buckets.read").span_context.trace_id());
    for (span, operation) in [(&insert, "insert"), (&put, "put")] {
        assert_eq!((&span.span_kind, &span.status), (&SpanKind::Internal, &Status::Unset));
        assert_eq!(text(span, "buckets.operation").as_deref(), Some(operation));
        assert_eq!(text(span, "buckets.adapter").as_deref(), Some("memory"));
        assert_eq!(text(span, "buckets.cloud").as_deref(), Some("uploads"));
        assert_eq!(text(span, "buckets.outcome").as_deref(), Some("success"));
        assert_eq!(text(span, "buckets.content_type").as_deref(), Some("text"));
        assert_eq!(attribute(span, "buckets.bytes"), Some(Theirs::I64(6)));
        assert_eq!(attribute(span, "error.type"), None);
        assert!(!format!("{span:?}").contains("a.txt"), "no key unless a policy shows it");
        let scope = &span.instrumentation_scope;
        assert_eq!((scope.name(), scope.version()), ("buckets", Some(env!("CARGO_PKG_VERSION"))));
        assert_eq!(scope.schema_url(), Some("https://opentelemetry.io/schemas/1.44.0"));
    }
}

#[tokio::test]
async fn requests_say_which_server_they_are_for() {
    let traced = Traced::new();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("it is bound");
    let s3 = S3::builder("bucket").provider(Provider::Compatible).endpoint(format!("http://{gone}"));
    let s3 = s3.credentials(Credentials::new("key", Secret::new("secret"))).build().expect("settings");
    let cloud =
        Cloud::builder("uploads", s3).layer(TelemetryLayer::new()).dispatcher(traced.dispatcher.clone()).build();
    cloud.head("a.txt").await.expect_err("nobody is there");

    let (request, operation) = (traced.span("S3.HeadObject"), traced.span("buckets.head"));
    assert_eq!(text(&request, "server.address").as_deref(), Some("127.0.0.1"));
    assert_eq!(attribute(&request, "server.port"), Some(Theirs::I64(gone.port().into())));
    assert_eq!((attribute(&operation, "server.address"), attribute(&operation, "server.port")), (None, None));
}

#[test]
fn adapters_know_their_servers() {
    let amazon = S3::builder("bucket").region("eu-west-1").credentials(Credentials::new("key", Secret::new("secret")));
    let azure = Azure::builder("account", "files").credentials(AzureCredentials::access_key(Secret::new("c2VjcmV0")));
    let google = Gcs::builder("bucket").credentials(GcsCredentials::anonymous());
    let servers = [
        amazon.build().expect("settings").server(),
        azure.build().expect("settings").server(),
        google.build().expect("settings").server(),
    ];
    let known = ["s3.eu-west-1.amazonaws.com", "account.blob.core.windows.net", "storage.googleapis.com"];
    assert_eq!(servers, known.map(|address| Some(Server::new(address, 443))));
    assert_eq!(Memory::new().server(), None);
}

#[test]
fn times_are_those_of_the_operation_and_what_happens_within_is_an_event() {
    let traced = Traced::new();
    let scope = traced.scope("s3");
    let began = traced.dispatcher.system_time();
    let span = Span::start(&scope, &names::ADAPTER_PUT);
    traced.pass(30);
    let fields = [("kind", Value::Str("throttled"))];
    span.point(&names::ADAPTER_PUT_RETRY, &[("attempt", Number::U64(2))], &fields);
    traced.pass(70);
    span.succeed();

    let span = traced.span("S3.PutObject");
    assert_eq!(span.span_kind, SpanKind::Client);
    assert_eq!(span.start_time, began);
    assert_eq!(span.end_time, began + Duration::from_millis(100));
    let [event] = &span.events.events[..] else { panic!("{:?}", span.events) };
    assert_eq!((&*event.name, event.timestamp), ("buckets.adapter.put.retry", began + Duration::from_millis(30)));
    let said: Vec<_> = event.attributes.iter().map(|pair| (pair.key.as_str(), pair.value.to_string())).collect();
    assert_eq!(said, [("attempt", "2".to_owned()), ("kind", "throttled".to_owned())]);
}

#[test]
fn each_end_is_told_for_what_it_is() {
    let traced = Traced::new();
    let scope = traced.scope("volume");
    let late = Error::new(ErrorKind::Timeout, "too late");
    let ends: [(Outcome, Option<&Error>, &str, Option<&str>); 5] = [
        (Outcome::Success, None, "success", None),
        (Outcome::Expected(ErrorKind::NotFound), None, "expected", None),
        (Outcome::Error(ErrorKind::Timeout), Some(&late), "error", Some("timeout")),
        (Outcome::Panic, None, "panic", Some("panic")),
        (Outcome::Cancelled, None, "cancelled", None),
    ];
    for (outcome, error, ..) in ends {
        let error = error.map(|error| error as &(dyn std::error::Error + 'static));
        Span::start(&scope, &names::CLOUD_READ).end(outcome, error);
    }
    Span::start(&scope, &names::CLOUD_READ).end(Outcome::Error(ErrorKind::Other), None);
    let spans = traced.spans();
    for (span, (_, _, word, failure)) in spans.iter().zip(ends) {
        assert_eq!(text(span, "buckets.outcome").as_deref(), Some(word));
        assert_eq!(text(span, "error.type").as_deref(), failure, "{word}");
        assert_eq!(span.status, failure.map_or(Status::Unset, Status::error), "{word}");
        assert_eq!(span.events.len(), usize::from(failure.is_some()), "{word}");
    }
    assert_eq!(text(&spans[1], "buckets.kind").as_deref(), Some("not_found"));
    let exception = &spans[2].events.events[0];
    let said: Vec<_> = exception.attributes.iter().map(|pair| (pair.key.as_str(), pair.value.to_string())).collect();
    let message = ("exception.message", late.to_string());
    assert_eq!(said, [("exception.type", "timeout".to_owned()), message]);
    assert_eq!(text(&spans[5], "error.type").as_deref(), Some("_OTHER"));
}

#[test]
fn what_is_sampled_out_makes_no_span_unless_it_fails() {
    let traced = Traced::new();
    let scope = traced.scope("volume");
    let began = traced.dispatcher.system_time();
    let start = |sampling| Span::start_with(&scope, &RESIZE, || SpanStart::new().sampling(sampling));
    start(Sampling::DROPPED).succeed();
    start(Sampling::kept(10.0)).succeed();
    let failing = start(Sampling::DROPPED);
    traced.pass(20);
    failing.fail(&Error::invalid("no image"));

    let [kept, failed] = &traced.spans()[..] else { panic!("{:#?}", traced.spans()) };
    assert_eq!(attribute(kept, "buckets.weight"), Some(Theirs::F64(10.0)));
    assert_eq!(text(failed, "error.type").as_deref(), Some("invalid_input"));
    assert_eq!((failed.start_time, failed.end_time), (began, began + Duration::from_millis(20)));
}

#[test]
fn user_defined_events_keep_their_name_and_show_what_they_carry() {
    let traced = Traced::new();
    let fields = [("format", Value::Str("png\nforged")), ("is_large", Value::Bool(true))];
    let span = Span::start_with(&traced.scope(""), &RESIZE, || SpanStart::new().keep(&[], &fields));
    span.end_with(Outcome::Success, None, &[("pixels", Number::U64(640))], &[]);
    let span = traced.span("my_app.image.resize");
    assert_eq!(text(&span, "format").as_deref(), Some("png\\nforged"));
    assert_eq!(attribute(&span, "is_large"), Some(Theirs::Bool(true)));
    assert_eq!(attribute(&span, "pixels"), Some(Theirs::I64(640)));
    assert_eq!(attribute(&span, "buckets.adapter"), None);
}

#[test]
fn a_detached_handler_forgets_what_it_will_not_be_told() {
    let traced = Traced::new();
    let scope = traced.scope("volume");
    let open = Span::start(&scope, &RESIZE);
    traced.dispatcher.detach("opentelemetry.traces");
    open.succeed();
    let [span] = &traced.spans()[..] else { panic!("{:#?}", traced.spans()) };
    assert_eq!(attribute(span, "buckets.outcome"), None, "ended by being forgotten");
}
