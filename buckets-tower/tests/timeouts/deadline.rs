use super::*;
use buckets_tower::testing::{Answer, Probe, Script};
use buckets_tower::{DeadlineLayer, TimeLimits};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};

#[tokio::test(start_paused = true)]
async fn waiting_for_a_permit_is_part_of_it() {
    let stack = ServiceBuilder::new().layer(DeadlineLayer::new(secs(3))).concurrency_limit(1).service(service_fn(
        |_: Request| async {
            sleep(secs(2)).await;
            Err::<Response, _>(Error::not_found())
        },
    ));
    let (first, second) = tokio::join!(stack.clone().oneshot(head()), stack.oneshot(head()));
    assert_eq!(first.expect_err("empty").kind(), ErrorKind::NotFound);
    assert_eq!(elapsed(second), (TimeoutClock::Operation, secs(3)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_ends_is_dropped() {
    let script = Script::default();
    script.otherwise(Answer::Never);
    let began = Instant::now();
    let stack = ServiceBuilder::new().layer(DeadlineLayer::new(secs(3))).service(Probe::new(&script));
    let error = stack.oneshot(head()).await.expect_err("never answered");
    assert_eq!((began.elapsed().as_secs(), script.in_flight()), (3, 0));
    assert!(!error.is_retryable(), "there is no time left for another attempt");
    assert_eq!(error.to_string(), "the operation, retries included, was not done after 3s");
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_two_deadlines_holds_and_what_is_below_is_told() {
    let told: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let note = Arc::clone(&told);
    let now = Instant::now();
    let mut stack =
        ServiceBuilder::new().layer(DeadlineLayer::new(secs(5))).service(service_fn(move |request: Request| {
            let deadline = request.context.deadline.expect("told");
            note.lock().expect("no panic").push(deadline - now.into_std());
            async { Err::<Response, _>(Error::not_found()) }
        }));
    let mut call = async |deadline: Option<Duration>| {
        let mut request = head();
        request.context.deadline = deadline.map(|after| (now + after).into_std());
        stack.ready().await.expect("ready").call(request).await.expect_err("empty").kind()
    };
    for deadline in [None, Some(secs(2)), Some(secs(9))] {
        assert_eq!(call(deadline).await, ErrorKind::NotFound);
    }
    assert_eq!(*told.lock().expect("no panic"), [secs(5), secs(2), secs(5)]);
    assert_eq!(call(Some(Duration::ZERO)).await, ErrorKind::Timeout);
    assert_eq!(told.lock().expect("no panic").len(), 3, "what comes too late is not passed on");
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_there_is_none() {
    let script = Script::default();
    script.otherwise(Answer::Never);
    let stack = ServiceBuilder::new().layer(DeadlineLayer::new(TimeLimits::none())).service(Probe::new(&script));
    assert!(tokio::time::timeout(secs(1_000_000), stack.oneshot(head())).await.is_err());
}
