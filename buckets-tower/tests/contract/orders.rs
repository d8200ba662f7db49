//! What the guide says of orders that are wrong: that it does happen.

use std::time::Duration;

use buckets::operation::{Head, Request, Response};
use buckets::telemetry::{Outcome, Scope};
use buckets::testing::Capture;
use buckets::{Error, ErrorKind, Key};
use buckets_tower::retry::{Backoff, RetryPolicy};
use buckets_tower::testing::{Answer, ChaosLayer, Fault, Probe, Readiness, Script};
use buckets_tower::{Concurrency, LimitLayer, RetryLayer, TelemetryLayer, TimeoutLayer};
use tokio::time::Instant;
use tower::{Service, ServiceBuilder, ServiceExt};

const SECOND: Duration = Duration::from_secs(1);

fn retry(attempts: u32) -> RetryLayer {
    RetryLayer::new(RetryPolicy::new().max_attempts(attempts).backoff(Backoff::exponential(SECOND, SECOND)))
}

async fn head<S>(service: &S, capture: &Capture) -> Result<(), Error>
where
    S: Service<Request, Response = Response, Error = Error> + Clone,
{
    let mut request = Request::new(Head::new(Key::new("a").expect("valid")));
    request.context.scope = Scope::of(capture.dispatcher());
    service.clone().oneshot(request).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_attempt_above_retries_is_that_of_all_of_them() {
    let script = Script::default();
    script.next([Answer::Never]);
    let stack = ServiceBuilder::new().layer(TimeoutLayer::new(5 * SECOND)).layer(retry(3)).service(Probe::new(&script));
    assert_eq!(head(&stack, &Capture::new()).await.expect_err("one hang ends it").kind(), ErrorKind::Timeout);
    assert_eq!(script.calls(), 1, "nothing is tried again");
}

#[tokio::test(start_paused = true)]
async fn two_retries_multiply() {
    let script = Script::default();
    script.otherwise(Answer::Error(ErrorKind::Unavailable));
    let stack = ServiceBuilder::new().layer(retry(3)).layer(retry(3)).service(Probe::new(&script));
    head(&stack, &Capture::new()).await.expect_err("down");
    assert_eq!(script.calls(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_limit_above_retries_is_held_by_who_only_waits() {
    let (script, limit) = (Script::default(), Concurrency::new(1));
    script.next([Answer::Error(ErrorKind::Unavailable)]);
    let stack =
        ServiceBuilder::new().layer(LimitLayer::new(limit.clone())).layer(retry(3)).service(Probe::new(&script));
    let capture = Capture::new();
    let (first, ()) = tokio::join!(head(&stack, &capture), async {
        assert_eq!((limit.in_use(), script.in_flight()), (1, 0), "nothing is asked of the store, and there is no room");
    });
    first.expect("the second attempt");
}

#[tokio::test(start_paused = true)]
async fn telemetry_below_retries_tells_of_failures_that_no_caller_saw() {
    let (script, capture) = (Script::default(), Capture::new());
    script.next([Answer::Error(ErrorKind::Unavailable); 2]);
    let stack = ServiceBuilder::new().layer(retry(3)).layer(TelemetryLayer::new()).service(Probe::new(&script));
    head(&stack, &capture).await.expect("the third attempt");
    let outcomes: Vec<_> = capture.events().iter().filter_map(|event| event.outcome).collect();
    let failed = Outcome::Error(ErrorKind::Unavailable);
    assert_eq!(outcomes, [failed, failed, Outcome::Success]);
}

#[tokio::test(start_paused = true)]
async fn towers_timeout_does_not_bound_the_queue_of_towers_limit() {
    let script = Script::default();
    let stack = ServiceBuilder::new()
        .map_err(Error::from_boxed)
        .timeout(SECOND)
        .concurrency_limit(1)
        .layer(ChaosLayer::new(1).fault(Fault::Latency(Duration::from_millis(900), Duration::from_millis(900)), 1.0))
        .service(Probe::new(&script));
    let (began, capture) = (Instant::now(), Capture::new());
    let all = futures_util::future::join_all((0..5).map(|_| head(&stack, &capture))).await;
    assert!(all.iter().all(Result::is_ok) && began.elapsed() > 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn towers_buffer_does_not_get_over_one_failure_of_readiness() {
    let (script, capture) = (Script::default(), Capture::new());
    let stack = ServiceBuilder::new().map_err(Error::from_boxed).buffer(4).service(Probe::new(&script));
    script.readiness(Readiness::Failed(ErrorKind::Connect));
    assert_eq!(head(&stack, &capture).await.expect_err("not ready").kind(), ErrorKind::Connect);
    script.readiness(Readiness::Ready);
    assert_eq!(head(&stack, &capture).await.expect_err("for good").kind(), ErrorKind::Connect);
    assert_eq!(script.calls(), 0);
}
