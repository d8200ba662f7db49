use super::*;
use buckets::operation::OperationKind;
use buckets_tower::testing::{Answer, Probe, Script};
use buckets_tower::{TimeLimit, TimeLimits, TimeoutLayer};
use tower::{ServiceBuilder, ServiceExt, service_fn};

#[tokio::test(start_paused = true)]
async fn an_attempt_has_the_limit_of_its_operation_and_size() {
    let script = Script::default();
    script.otherwise(Answer::Never);
    let limits = TimeLimits::new(secs(2)).on(OperationKind::Put, TimeLimit::new(secs(3)).at_least_per_second(1));
    let stack = ServiceBuilder::new().layer(TimeoutLayer::new(limits)).service(Probe::new(&script));
    for (request, limit) in [(head(), 2), (put("1234"), 7)] {
        let began = Instant::now();
        let error = stack.clone().oneshot(request).await.expect_err("never answered");
        assert_eq!(began.elapsed(), secs(limit));
        assert!(error.is_retryable());
        assert_eq!(elapsed(Err::<(), _>(error)), (TimeoutClock::Attempt, secs(limit)));
    }
    assert_eq!(script.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_readiness_is_not_part_of_it() {
    let stack = ServiceBuilder::new().layer(TimeoutLayer::new(secs(3))).concurrency_limit(1).service(service_fn(
        |_: Request| async {
            sleep(secs(2)).await;
            Err::<Response, _>(Error::not_found())
        },
    ));
    let (first, second) = tokio::join!(stack.clone().oneshot(head()), stack.oneshot(head()));
    for result in [first, second] {
        assert_eq!(result.expect_err("empty").kind(), ErrorKind::NotFound);
    }
}
