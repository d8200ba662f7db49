//! How long is waited in between.

use super::*;
use buckets::ErrorKind;
use buckets::telemetry::Number;
use tokio::time::Instant;
use tower::ServiceExt;

/// The waits that events tell, and how long it took.
async fn waits(
    policy: RetryPolicy,
    behaviours: Vec<Behaviour>,
    limit: Option<Duration>,
) -> (Vec<Duration>, Duration, Capture) {
    let capture = Capture::new();
    let began = Instant::now();
    let mut request = told(&capture, head());
    request.context.deadline = limit.map(|limit| (began + limit).into_std());
    observed(policy, &Flaky::new(behaviours)).oneshot(request).await.expect_err("an error, or nothing there");
    capture.assert_conserved();
    let retries = capture.named("buckets.adapter.head.retry");
    let waits = retries.iter().map(|event| match event.measurement("wait") {
        Some(Number::Duration(wait)) => wait,
        other => panic!("{other:?}"),
    });
    (waits.collect(), began.elapsed(), capture)
}

fn reason(capture: &Capture) -> String {
    capture.one("buckets.adapter.head.give_up").field("reason").expect("a reason").to_owned()
}

#[tokio::test(start_paused = true)]
async fn they_are_random_below_a_ceiling_that_doubles_and_the_same_for_the_same_seed() {
    let seeded = async |seed| {
        let policy = RetryPolicy::new().max_attempts(9).seed(seed);
        waits(policy, vec![Behaviour::Fails(ErrorKind::Unavailable); 9], None).await.0
    };
    let (one, again, other) = (seeded(1).await, seeded(1).await, seeded(2).await);
    assert_eq!((one.len(), &one), (8, &again));
    assert_ne!(one, other);
    for (number, wait) in one.iter().enumerate() {
        assert!(*wait <= Duration::from_millis(100 << number), "{one:?}");
    }
    let halves = one.iter().chain(&other).enumerate().filter(|(n, wait)| **wait < Duration::from_millis(50 << (n % 8)));
    assert!((3..=13).contains(&halves.count()), "all of the range is used: {one:?} {other:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_store_asks_for_is_waited() {
    let asks = vec![Behaviour::Asks(ErrorKind::Throttled, secs(3))];
    let (waits, took, _) = waits(policy(), asks, None).await;
    assert!(waits.len() == 1 && waits[0] >= secs(3) && waits[0] <= Duration::from_millis(3100), "{waits:?}");
    assert!(took >= waits[0]);
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_too_long_is_not_waited_for() {
    let asks = vec![Behaviour::Asks(ErrorKind::Throttled, secs(61))];
    let (waits, took, capture) = waits(policy(), asks.clone(), None).await;
    assert_eq!((waits.len(), took, &*reason(&capture)), (0, Duration::ZERO, "elapsed"));
    let (_, took, capture) = self::waits(policy().max_elapsed(secs(100)), asks, Some(secs(50))).await;
    assert_eq!((took, &*reason(&capture)), (Duration::ZERO, "deadline"));
}

#[tokio::test(start_paused = true)]
async fn time_spent_in_attempts_counts() {
    let capture = Capture::new();
    let flaky = Flaky::new(vec![Behaviour::Never; 9]);
    let stack = ServiceBuilder::new()
        .layer(TelemetryLayer::new())
        .layer(RetryLayer::new(policy().max_attempts(9).max_elapsed(secs(10))))
        .layer(buckets_tower::TimeoutLayer::new(secs(4)))
        .service(flaky.clone());
    let error = stack.oneshot(told(&capture, head())).await.expect_err("never answered");
    assert_eq!((error.kind(), error.attempts(), flaky.calls().len()), (ErrorKind::Timeout, Some(3), 3));
    assert_eq!(reason(&capture), "elapsed");
    let end = capture.one("buckets.adapter.head.exception");
    assert_eq!((end.attempts, end.field("timeout")), (Some(3), Some("attempt")));
}

#[tokio::test(start_paused = true)]
async fn a_success_is_waited_for_by_nobody() {
    let flaky = Flaky::holding(CONTENT, []).await;
    let began = Instant::now();
    let response = observed(policy(), &flaky).oneshot(head()).await.expect("there");
    assert_eq!((response.attempts, began.elapsed()), (1, Duration::ZERO));
}
