//! The telemetry layer: what it tells of whom, and stock layers above and below it.

use std::future::{Future, Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use buckets::adapter::{Adapter, Backend, Capabilities, Memory};
use buckets::operation::{Get, Head, ObjectMeta, Put, Reply, Request, Response};
use buckets::telemetry::{EventName, Outcome, Scope, Span, SpanId};
use buckets::testing::Capture;
use buckets::{BoxError, Error, ErrorKind, Key};
use buckets_tower::TelemetryLayer;
use buckets_tower::telemetry::{Describe, Description};
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_test::mock;

fn key() -> Key {
    Key::new("a/b").expect("valid")
}

fn head(capture: &Capture) -> Request {
    in_scope_of(capture, Request::new(Head::new(key())))
}

fn get(capture: &Capture) -> Request {
    in_scope_of(capture, Request::new(Get::new(key())))
}

fn in_scope_of(capture: &Capture, mut request: Request) -> Request {
    request.context.scope = Scope::new(capture.dispatcher(), "cloud", "mock");
    request
}

fn found() -> Response {
    Response::new(Reply::Head(ObjectMeta::new(key(), 0)))
}

#[tokio::test]
async fn readiness_is_passed_through_and_told_of_nowhere() {
    let capture = Capture::new();
    let (mut service, mut below) = mock::spawn_layer::<Request, Response, _>(TelemetryLayer::new());
    below.allow(0);
    assert!(service.poll_ready().is_pending());
    below.allow(1);
    assert!(service.poll_ready().is_ready());
    assert!(capture.events().is_empty());

    let answer = service.call(head(&capture));
    assert_eq!(capture.names(), ["buckets.adapter.head.start"]);
    let (request, reply) = below.next_request().await.expect("a request");
    let start = capture.one("buckets.adapter.head.start");
    assert_eq!(request.context.span, Some(start.span_id), "what is below is told of the span");
    reply.send_response(found());
    answer.await.expect("found");
    capture.assert_conserved();

    below.send_error("out of order");
    assert!(matches!(service.poll_ready(), Poll::Ready(Err(_))), "an error of readiness is passed on");
    assert_eq!(capture.events().len(), 2);
}

#[tokio::test]
async fn the_parent_is_the_span_that_was_in_the_request() {
    let capture = Capture::new();
    let inner = TelemetryLayer::new().layer(Backend::new(Memory::new()));
    let mut stack = TelemetryLayer::new().layer(inner);
    stack.ready().await.expect("ready").call(head(&capture)).await.expect_err("empty");
    let starts = capture.named("buckets.adapter.head.start");
    assert_eq!([starts[0].parent_id, starts[1].parent_id], [None, Some(starts[0].span_id)]);
}

#[tokio::test]
async fn an_erased_stack_is_observed_as_any_other() {
    let capture = Capture::new();
    let observed = TelemetryLayer::new().layer(Backend::new(Memory::new()));
    let erased: BoxCloneSyncService<Request, Response, BoxError> =
        BoxCloneSyncService::new(observed.map_err(BoxError::from));
    let above = TelemetryLayer::new().layer(erased.clone());
    let error = above.oneshot(head(&capture)).await.expect_err("empty");
    assert_eq!(Error::from_boxed(error).kind(), ErrorKind::NotFound);
    let outcomes: Vec<_> = capture.named("*.*.*.exception").iter().map(|event| event.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::Expected(ErrorKind::NotFound)); 2]);
    capture.assert_conserved();
}

/// Never answers a `get`.
struct Stuck;

impl Adapter for Stuck {
    fn name(&self) -> &str {
        "stuck"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::all()
    }

    async fn get(&self, _: Get) -> buckets::Result<buckets::operation::Fetched> {
        std::future::pending().await
    }
}

async fn kind_of(call: impl Future<Output = Result<Response, BoxError>>) -> ErrorKind {
    Error::from_boxed(call.await.expect_err("it should fail")).kind()
}

#[tokio::test(start_paused = true)]
async fn stock_layers_below_keep_the_kind_and_events_have_it() {
    let capture = Capture::new();
    let told = || capture.events().last().and_then(|event| event.outcome);

    let timeout =
        ServiceBuilder::new().layer(TelemetryLayer::new()).timeout(Duration::from_secs(1)).service(Backend::new(Stuck));
    assert_eq!(kind_of(timeout.oneshot(get(&capture))).await, ErrorKind::Timeout);
    assert_eq!(told(), Some(Outcome::Error(ErrorKind::Timeout)));

    let mut shed = ServiceBuilder::new()
        .layer(TelemetryLayer::new())
        .load_shed()
        .concurrency_limit(1)
        .service(Backend::new(Stuck));
    let holds_the_permit = shed.ready().await.expect("ready").call(get(&capture));
    assert_eq!(kind_of(shed.oneshot(get(&capture))).await, ErrorKind::Overloaded);
    assert_eq!(told(), Some(Outcome::Error(ErrorKind::Overloaded)));
    drop(holds_the_permit);
    assert_eq!(told(), Some(Outcome::Cancelled));

    let buffer = ServiceBuilder::new().layer(TelemetryLayer::new()).buffer(4).service(Backend::new(Memory::new()));
    assert_eq!(kind_of(buffer.oneshot(get(&capture))).await, ErrorKind::NotFound);
    assert_eq!(told(), Some(Outcome::Error(ErrorKind::NotFound)));

    let refusing = Refusing(|| Error::new(ErrorKind::Unavailable, "down for good"));
    let dead = ServiceBuilder::new().layer(TelemetryLayer::new()).buffer(4).service(refusing);
    assert_eq!(kind_of(dead.oneshot(get(&capture))).await, ErrorKind::Unavailable);
    assert_eq!(told(), Some(Outcome::Error(ErrorKind::Unavailable)), "tower's buffer wraps the error of readiness");

    capture.assert_conserved();
}

/// Never ready.
#[derive(Clone, Copy)]
struct Refusing(fn() -> Error);

impl Service<Request> for Refusing {
    type Response = Response;
    type Error = Error;
    type Future = Ready<Result<Response, Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Err((self.0)()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        ready(Err((self.0)()))
    }
}

#[tokio::test(start_paused = true)]
async fn stock_layers_above_keep_the_kind_and_what_they_drop_is_cancelled() {
    let capture = Capture::new();
    let observed = || TelemetryLayer::new().layer(Backend::new(Memory::new()));

    let limited = ServiceBuilder::new()
        .buffer(4)
        .load_shed()
        .concurrency_limit(1)
        .timeout(Duration::from_secs(1))
        .service(observed());
    assert_eq!(kind_of(limited.oneshot(get(&capture))).await, ErrorKind::NotFound);
    assert_eq!(capture.one("buckets.adapter.get.exception").kind, Some(ErrorKind::NotFound));
    capture.clear();

    let stuck = TelemetryLayer::new().layer(Backend::new(Stuck));
    let timeout = ServiceBuilder::new().timeout(Duration::from_secs(1)).service(stuck);
    assert_eq!(kind_of(timeout.oneshot(get(&capture))).await, ErrorKind::Timeout);
    assert_eq!(capture.one("buckets.adapter.get.exception").outcome, Some(Outcome::Cancelled));
    capture.assert_conserved();
}

static SHOUT: EventName = EventName::new("my_app.shout");

/// A request that carries the id of its span in a place of its own.
struct Words {
    text: &'static str,
    span: Option<SpanId>,
}

#[derive(Clone)]
struct ByWords(Scope);

impl Describe<Words> for ByWords {
    fn scope<'a>(&'a self, _: &'a Words) -> &'a Scope {
        &self.0
    }

    fn describe<'a>(&'a self, words: &'a Words) -> Description<'a> {
        Description::new(&SHOUT).operation(words.text).parent(words.span)
    }

    fn enter(&self, words: &mut Words, span: &Span) {
        words.span = span.id();
    }
}

#[tokio::test]
async fn a_foreign_service_is_observed_in_its_own_terms() {
    let capture = Capture::new();
    let scope = Scope::of(capture.dispatcher());
    let service = ServiceBuilder::new()
        .layer(TelemetryLayer::describing(ByWords(scope)).conclude(|result: &Result<usize, &str>| match result {
            Ok(_) => Outcome::Success,
            Err(_) => Outcome::Error(ErrorKind::InvalidInput),
        }))
        .service_fn(|words: Words| async move {
            assert!(words.span.is_some());
            if words.text.is_empty() { Err("nothing to shout") } else { Ok(words.text.len()) }
        });
    assert_eq!(service.clone().oneshot(Words { text: "hello", span: None }).await, Ok(5));
    assert_eq!(service.oneshot(Words { text: "", span: None }).await, Err("nothing to shout"));
    assert_eq!(capture.one("my_app.shout.stop").operation, "hello");
    assert_eq!(capture.one("my_app.shout.exception").kind, Some(ErrorKind::InvalidInput));
    capture.assert_conserved();
}

#[tokio::test]
async fn a_service_of_plain_text_needs_two_closures() {
    let capture = Capture::new();
    let layer = TelemetryLayer::of(Scope::of(capture.dispatcher()), |_: &String| Description::new(&SHOUT))
        .conclude(|_: &Result<String, std::convert::Infallible>| Outcome::Success);
    let service = layer.layer(tower::service_fn(async |text: String| Ok(text.to_uppercase())));
    assert_eq!(service.oneshot("hello".to_owned()).await, Ok("HELLO".to_owned()));
    assert_eq!(capture.names(), ["my_app.shout.start", "my_app.shout.stop"]);
}

#[tokio::test]
async fn attempts_that_something_below_counts_are_told() {
    let capture = Capture::new();
    let retried = tower::service_fn(async |_: Request| {
        let mut response = found();
        response.attempts = 3;
        Ok::<_, Error>(response)
    });
    TelemetryLayer::new().layer(retried).oneshot(head(&capture)).await.expect("found");
    assert_eq!(capture.one("buckets.adapter.head.stop").attempts, Some(3));
}

#[tokio::test]
async fn nobody_listening_means_nothing_is_touched() {
    let span = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = std::sync::Arc::clone(&span);
    let below = tower::service_fn(move |request: Request| {
        *seen.lock().expect("no panic") = Some(request.context.span);
        ready(Ok::<_, Error>(found()))
    });
    let mut request = Request::new(Put::new(key(), "content"));
    request.context.scope = Scope::of(buckets::telemetry::Dispatcher::new());
    TelemetryLayer::new().layer(below).oneshot(request).await.expect("found");
    assert_eq!(*span.lock().expect("no panic"), Some(None));
}

#[test]
fn a_future_shows_its_span_and_no_more() {
    let mut service = TelemetryLayer::new().layer(Backend::new(Memory::new()));
    let future = service.call(Request::new(Head::new(key())));
    assert_eq!(format!("{future:?}"), "ResponseFuture { span: None, .. }");
}
