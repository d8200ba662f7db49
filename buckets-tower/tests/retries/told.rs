//! What is told of retries.

use super::*;
use buckets::telemetry::Number;
use buckets::{Error, ErrorKind};
use tower::ServiceExt;

#[tokio::test(start_paused = true)]
async fn each_retry_is_an_event_of_the_operation() {
    let capture = Capture::new();
    let kinds = [ErrorKind::Connect, ErrorKind::Throttled];
    let flaky = Flaky::new(kinds.map(Behaviour::Fails));
    observed(policy(), &flaky).oneshot(told(&capture, put(CONTENT))).await.expect("the third attempt");
    assert_eq!(
        capture.names(),
        [
            "buckets.adapter.put.start",
            "buckets.adapter.put.retry",
            "buckets.adapter.put.retry",
            "buckets.adapter.put.stop"
        ]
    );
    let start = capture.one("buckets.adapter.put.start");
    for (number, event) in capture.named("buckets.adapter.put.retry").iter().enumerate() {
        assert_eq!((event.span_id, event.operation), (start.span_id, "put"));
        assert_eq!((&*event.cloud, &*event.adapter), ("cloud", "flaky"));
        assert_eq!(event.measurement("attempt"), Some(Number::U64(number as u64 + 1)));
        assert_eq!(event.field("kind"), Some(kinds[number].as_str()));
        assert_eq!(event.field("next"), Some("attempt"));
    }
    assert_eq!(capture.one("buckets.adapter.put.stop").attempts, Some(3));
    capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn looking_for_a_put_is_told_from_repeating_it() {
    use buckets::operation::Condition;
    let capture = Capture::new();
    let flaky = Flaky::new([Behaviour::DoneAndFails(ErrorKind::Timeout)]);
    let create = Put::new(key(), CONTENT).with_condition(Condition::if_absent());
    observed(policy(), &flaky).oneshot(told(&capture, Request::new(create))).await.expect("done");
    assert_eq!(capture.one("buckets.adapter.put.retry").field("next"), Some("check"));
}

#[tokio::test(start_paused = true)]
async fn a_cloud_tells_the_attempts_of_what_failed() {
    let capture = Capture::new();
    let flaky = Flaky::new(vec![Behaviour::Fails(ErrorKind::Unavailable); 9]);
    let cloud =
        buckets::Cloud::over("cloud", "flaky", observed(policy(), &flaky)).dispatcher(capture.dispatcher()).build();
    let error: Error = cloud.read(&key()).await.expect_err("down");
    assert_eq!(error.attempts(), Some(4));
    assert_eq!(capture.one("buckets.cloud.read.exception").attempts, Some(4));
    assert_eq!(capture.one("buckets.adapter.get.exception").attempts, Some(4));
    assert_eq!(capture.one("buckets.adapter.get.give_up").field("reason"), Some("attempts"));
    capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn a_cloud_tells_the_attempts_of_what_succeeded() {
    let capture = Capture::new();
    let flaky = Flaky::new(vec![Behaviour::Fails(ErrorKind::Throttled); 2]);
    let stack = observed(policy(), &flaky);
    let cloud = buckets::Cloud::over("cloud", "flaky", stack).dispatcher(capture.dispatcher()).build();
    cloud.insert(buckets::Upload::from_bytes("a.txt", CONTENT)).await.expect("the third attempt");
    assert_eq!(capture.one("buckets.cloud.insert.stop").attempts, Some(3));
    assert_eq!(capture.one("buckets.adapter.put.stop").attempts, Some(3));
}
