use super::*;
use buckets::adapter::{Backend, Memory};
use buckets::operation::Op;
use buckets_tower::TimeoutLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn};

/// Ten seconds for an answer, two for content to move.
fn layer() -> TimeoutLayer {
    TimeoutLayer::new(secs(10)).idle(secs(2))
}

fn streamed(chunks: usize, every: Duration) -> PutBody {
    PutBody::from_stream(drip(chunks, every))
}

#[tokio::test(start_paused = true)]
async fn a_slow_upload_that_moves_is_not_killed() {
    let stack = ServiceBuilder::new().layer(layer()).service(Backend::new(Memory::new()));
    let began = Instant::now();
    let stored = stack.oneshot(put(streamed(3600, Duration::from_millis(1900)))).await.expect("it moves");
    assert!(began.elapsed() > secs(6000), "far beyond the limit of an attempt");
    assert_eq!(stored.bytes(), Some(36_000));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_stands_still_is_given_up_to_the_second() {
    let stack = ServiceBuilder::new().layer(layer()).service(Backend::new(Memory::new()));
    let stalled = drip(5, secs(1)).chain(futures_util::stream::pending());
    let began = Instant::now();
    let result = stack.oneshot(put(PutBody::from_stream(stalled))).await;
    assert_eq!(elapsed(result), (TimeoutClock::Idle, secs(2)));
    assert_eq!(began.elapsed(), secs(7), "five chunks, and then nothing for two seconds");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_takes_no_more_is_given_up() {
    let stack = ServiceBuilder::new().layer(layer()).service(service_fn(|request: Request| async move {
        let Op::Put(mut put) = request.op else { return Err(Error::unsupported("this")) };
        put.body.next().await.expect("a chunk")?;
        std::future::pending::<Result<Response>>().await
    }));
    let began = Instant::now();
    assert_eq!(elapsed(stack.oneshot(put(streamed(3, secs(1)))).await), (TimeoutClock::Idle, secs(2)));
    assert_eq!(began.elapsed(), secs(3));
}

/// Takes all of the content, says how, and then takes its time.
async fn all_taken_and_no_answer(request: Request) -> Result<Response> {
    let Op::Put(put) = request.op else { return Err(Error::unsupported("this")) };
    let mut body = put.body;
    match body.remaining() {
        // As one who knows the length does: the end is never asked for.
        Some(len) => {
            for _ in 0..len / 10 {
                body.next().await.expect("a chunk")?;
            }
        }
        None => while body.next().await.transpose()?.is_some() {},
    }
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn once_all_is_taken_the_answer_has_the_limit_of_the_attempt() {
    for body in [streamed(4, secs(1)), streamed(4, secs(1)).with_exact_len(40)] {
        let stack = ServiceBuilder::new().layer(layer()).service(service_fn(all_taken_and_no_answer));
        let began = Instant::now();
        assert_eq!(elapsed(stack.oneshot(put(body)).await), (TimeoutClock::Attempt, secs(10)));
        assert_eq!(began.elapsed(), secs(14));
    }
}

#[tokio::test(start_paused = true)]
async fn length_and_progress_survive_the_watching() {
    let stack = ServiceBuilder::new().layer(layer()).service(Backend::new(Memory::new()));
    let mut body = streamed(2, secs(1)).with_exact_len(25);
    let progress = body.progress();
    let error = stack.oneshot(put(body)).await.expect_err("too short");
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(progress.load(std::sync::atomic::Ordering::Relaxed), 20);
}
