//! Layers of tower above and below each of ours, and a service of axum under ours.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::time::Duration;

use axum::body::Body;
use buckets::operation::{Get, Head, ObjectMeta, Reply, Request, Response};
use buckets::store::{BoxStore, Store};
use buckets::telemetry::{EventName, Outcome, Scope};
use buckets::testing::Capture;
use buckets::{BoxError, Error, ErrorKind, Key};
use buckets_tower::retry::{Failure, RetryPolicy, Verdict};
use buckets_tower::telemetry::Description;
use buckets_tower::testing::{Answer, Probe, Readiness, Script};
use buckets_tower::{RetryLayer, TelemetryLayer, TimeoutLayer};
use tower::buffer::BufferLayer;
use tower::hedge::Hedge;
use tower::layer::layer_fn;
use tower::limit::{ConcurrencyLimitLayer, RateLimitLayer};
use tower::load_shed::LoadShedLayer;
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_test::mock;

use crate::layers::{Erased, erased, layers};

const HOUR: Duration = Duration::from_secs(3600);

/// Sends a request once more that failed for a while, and a slow one a second time.
#[derive(Clone)]
struct Again;

impl tower::retry::Policy<Request, Response, BoxError> for Again {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut Request, result: &mut Result<Response, BoxError>) -> Option<Ready<()>> {
        let kind = result.as_ref().err().map(|error| ErrorKind::of(&**error));
        (kind == Some(ErrorKind::Unavailable)).then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        request.try_clone()
    }
}

impl tower::hedge::Policy<Request> for Again {
    fn clone_request(&self, request: &Request) -> Option<Request> {
        request.try_clone()
    }

    fn can_retry(&self, _: &Request) -> bool {
        true
    }
}

fn stock() -> Vec<Erased> {
    let hedge = layer_fn(|store: BoxStore| Hedge::new(store, Again, 10, 0.9, HOUR));
    vec![
        erased("tower's timeout", tower::timeout::TimeoutLayer::new(HOUR)),
        erased("tower's retry", tower::retry::RetryLayer::new(Again)),
        erased("tower's concurrency limit", ConcurrencyLimitLayer::new(4)),
        erased("tower's load shed", LoadShedLayer::new()),
        erased("tower's buffer", BufferLayer::new(4)),
        // Neither of them is `Clone`.
        erased(
            "tower's rate limit",
            ServiceBuilder::new().layer(BufferLayer::new(4)).layer(RateLimitLayer::new(4, HOUR)),
        ),
        erased("tower's hedge", ServiceBuilder::new().layer(BufferLayer::new(4)).layer(hedge)),
        erased("BoxCloneSyncService", layer_fn(|store| store)),
    ]
}

fn boxed(probe: Probe) -> BoxStore {
    BoxStore::new(probe.map_err(BoxError::from))
}

fn key() -> Key {
    Key::new("a/b").expect("valid")
}

async fn head(store: &BoxStore) -> Result<ObjectMeta, ErrorKind> {
    match store.clone().oneshot(Request::new(Head::new(key()))).await {
        Ok(Response { reply: Reply::Head(meta), .. }) => Ok(meta),
        Ok(_) => Err(ErrorKind::Protocol),
        Err(error) => Err(Error::from_boxed(error).kind()),
    }
}

async fn read(store: &BoxStore) -> Result<bytes::Bytes, ErrorKind> {
    match store.clone().oneshot(Request::new(Get::new(key()))).await {
        Ok(Response { reply: Reply::Get(fetched), .. }) => {
            fetched.body.collect(1000).await.map_err(|error| error.kind())
        }
        Ok(_) => Err(ErrorKind::Protocol),
        Err(error) => Err(Error::from_boxed(error).kind()),
    }
}

/// Calls `check` with each of ours below and above each of tower's.
async fn each_pair(mut check: impl AsyncFnMut(&str, Script, BoxStore)) {
    for ours in 0..layers().len() {
        for theirs in 0..stock().len() {
            for is_above in [true, false] {
                let ((our_name, ours), (name, theirs)) = (layers().swap_remove(ours), stock().swap_remove(theirs));
                let script = Script::default();
                let probe = boxed(Probe::new(&script));
                let (what, stack) = match is_above {
                    true => (format!("{name} above {our_name}"), theirs(ours(probe))),
                    false => (format!("{our_name} above {name}"), ours(theirs(probe))),
                };
                check(&what, script, stack).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn answers_and_kinds_of_errors_pass_through_each_pair() {
    each_pair(async |what, script, stack| {
        assert_eq!(head(&stack).await.map(|meta| meta.key), Ok(key()), "{what}");
        assert_eq!(read(&stack).await.expect(what), Script::CONTENT, "{what}");
        for kind in [ErrorKind::NotFound, ErrorKind::PermissionDenied] {
            script.next([Answer::Error(kind)]);
            assert_eq!(head(&stack).await.map(drop), Err(kind), "{what}");
        }
        assert_eq!((script.in_flight(), script.bodies()), (0, 0), "{what}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_errors_of_towers_own_layers_have_a_kind_whatever_is_above_them() {
    for number in 0..layers().len() {
        let (what, put_above) = layers().swap_remove(number);
        let (stuck, busy) = (Script::default(), Script::default());
        stuck.otherwise(Answer::Never);
        let timeout = erased("timeout", tower::timeout::TimeoutLayer::new(Duration::from_secs(1))).1;
        assert_eq!(
            head(&put_above(timeout(boxed(Probe::new(&stuck))))).await.map(drop),
            Err(ErrorKind::Timeout),
            "{what}"
        );

        let (_, put_above) = layers().swap_remove(number);
        busy.readiness(Readiness::Pending);
        let shed = erased("load shed", LoadShedLayer::new()).1;
        assert_eq!(
            head(&put_above(shed(boxed(Probe::new(&busy))))).await.map(drop),
            Err(ErrorKind::Overloaded),
            "{what}"
        );
        assert_eq!(busy.calls(), 0, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn towers_mock_serves_as_a_store_below_each_of_ours() {
    for (what, put_above) in layers() {
        let (mock, mut below) = mock::pair::<Request, Response>();
        let stack = put_above(BoxStore::new(mock));
        let calls = async { (head(&stack).await, head(&stack).await.map(drop)) };
        let answers = async {
            let (request, reply) = below.next_request().await.expect(what);
            let asked_for = request.op.key().expect("a head").clone();
            reply.send_response(Response::new(Reply::Head(ObjectMeta::new(asked_for, 7))));
            let (_, reply) = below.next_request().await.expect(what);
            reply.send_error(Error::new(ErrorKind::QuotaExceeded, "full"));
        };
        let ((found, refused), ()) = futures_util::future::join(calls, answers).await;
        assert_eq!(found.map(|meta| (meta.key, meta.size)), Ok((key(), 7)), "{what}");
        assert_eq!(refused, Err(ErrorKind::QuotaExceeded), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn towers_retry_above_telemetry_is_an_operation_for_each_attempt_and_below_it_one_for_all() {
    let capture = Capture::new();
    let send = async |store: &dyn Fn(Probe) -> BoxStore| {
        let script = Script::default();
        script.next([Answer::Error(ErrorKind::Unavailable); 2]);
        let mut request = Request::new(Head::new(key()));
        request.context.scope = Scope::of(capture.dispatcher());
        store(Probe::new(&script)).oneshot(request).await.expect("the third attempt");
        assert_eq!(script.calls(), 3);
        let outcomes: Vec<_> = capture.events().iter().filter_map(|event| event.outcome).collect();
        capture.assert_conserved();
        capture.clear();
        outcomes
    };
    let retry = || tower::retry::RetryLayer::new(Again);
    let failed = Outcome::Error(ErrorKind::Unavailable);
    let above = |probe| BoxStore::new(retry().layer(boxed_store(TelemetryLayer::new().layer(probe))));
    assert_eq!(send(&above).await, [failed, failed, Outcome::Success]);
    let below = |probe| BoxStore::new(TelemetryLayer::new().layer(retry().layer(boxed(probe))));
    assert_eq!(send(&below).await, [Outcome::Success]);
}

fn boxed_store(store: impl Store) -> BoxStore {
    BoxStore::new(store.map_err(|error| -> BoxError { error.into() }))
}

#[tokio::test(start_paused = true)]
async fn the_slower_one_of_two_hedged_calls_is_cancelled() {
    let (capture, script) = (Capture::new(), Script::default());
    script.next([Answer::Never]);
    let observed = boxed_store(TelemetryLayer::new().layer(Probe::new(&script)));
    let hedge = Hedge::new_with_mock_latencies(observed, Again, 2, 0.5, HOUR, &[10, 10, 10]);
    let mut request = Request::new(Head::new(key()));
    request.context.scope = Scope::of(capture.dispatcher());
    hedge.oneshot(request).await.expect("the second one");
    let outcomes: Vec<_> = capture.events().iter().filter_map(|event| event.outcome).collect();
    assert_eq!(outcomes, [Outcome::Success, Outcome::Cancelled]);
    capture.assert_conserved();
}

static PAGE: EventName = EventName::new("my_site.page");

#[tokio::test(start_paused = true)]
async fn a_service_of_axum_is_observed_limited_and_tried_again() {
    use axum::http::{Request, Response, StatusCode};

    let calls = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = std::sync::Arc::clone(&calls);
    let page = async move || match counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => std::future::pending().await,
        1 => Err(StatusCode::SERVICE_UNAVAILABLE),
        _ => Ok("hello"),
    };
    let router = axum::Router::new()
        .route("/", axum::routing::get(page))
        .into_service::<Body>()
        .map_request(|request: Request<String>| request.map(Body::from))
        .map_err(|never: Infallible| -> BoxError { match never {} });

    let judge = |_: &Request<String>, result: &Result<Response<Body>, BoxError>| match result {
        Ok(response) if response.status() == 503 => Verdict::Retry(Failure::new(ErrorKind::Unavailable)),
        Err(error) => Verdict::Retry(Failure::new(ErrorKind::of(&**error))),
        _ => Verdict::Final,
    };
    let capture = Capture::new();
    let conclude = |result: &Result<Response<Body>, BoxError>| match result {
        Ok(response) if response.status().is_server_error() => Outcome::Error(ErrorKind::Unavailable),
        Ok(_) => Outcome::Success,
        Err(error) => Outcome::Error(ErrorKind::of(&**error)),
    };
    let observed = || {
        TelemetryLayer::of(Scope::of(capture.dispatcher()), |_: &Request<String>| Description::new(&PAGE))
            .conclude(conclude)
    };
    let stack = ServiceBuilder::new()
        .layer(observed())
        .layer(RetryLayer::of(RetryPolicy::new(), judge))
        .layer(observed())
        .layer(TimeoutLayer::of(|_: &Request<String>| Some(Duration::from_secs(1))))
        .service(router);

    let response = stack.oneshot(Request::new(String::new())).await.expect("the third attempt");
    assert_eq!(response.status(), StatusCode::OK);
    let body = axum::body::to_bytes(response.into_body(), 100).await.expect("whole");
    assert_eq!(body, "hello");
    let outcomes: Vec<_> = capture.events().iter().filter_map(|event| event.outcome).collect();
    let attempts = [ErrorKind::Timeout, ErrorKind::Unavailable].map(Outcome::Error);
    assert_eq!(outcomes, [attempts[0], attempts[1], Outcome::Success, Outcome::Success]);
    capture.assert_conserved();
}
