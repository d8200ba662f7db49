use super::*;
use buckets::body::GetBody;
use buckets::operation::{Fetched, ObjectMeta};
use buckets_tower::TimeoutLayer;
use http_body::Frame;
use tower::{ServiceBuilder, ServiceExt, service_fn};

fn answer(chunks: usize, every: Duration, claimed: u64) -> Response {
    let body = StreamBody::new(drip(chunks, every).map(|chunk| chunk.map(Frame::data)));
    Response::new(Reply::Get(Fetched::new(ObjectMeta::new(key(), claimed), 0..claimed, GetBody::from_body(body))))
}

async fn open(chunks: usize, every: Duration, claimed: u64) -> GetBody {
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(secs(1)).idle(secs(2)))
        .service(service_fn(move |_: Request| async move { Ok::<_, Error>(answer(chunks, every, claimed)) }));
    match stack.oneshot(get()).await.expect("answered").reply {
        Reply::Get(fetched) => fetched.body,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_download_that_moves_is_not_killed() {
    let body = open(1000, Duration::from_millis(1900), 10_000).await;
    assert_eq!(body.collect(u64::MAX).await.expect("it moves").len(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stands_still_is_given_up() {
    let mut body = open(3, secs(3), 30).await;
    let began = Instant::now();
    let result = body.next().await.expect("an error");
    assert_eq!((elapsed(result), began.elapsed()), ((TimeoutClock::Idle, secs(2)), secs(2)));
    assert!(body.next().await.is_none(), "it is over");
}

#[tokio::test(start_paused = true)]
async fn a_reader_may_take_any_time() {
    let mut body = open(3, secs(1), 30).await;
    let mut read = 0;
    while let Some(chunk) = body.next().await {
        read += chunk.expect("content").len();
        sleep(secs(3600)).await;
    }
    assert_eq!(read, 30);
}

#[tokio::test(start_paused = true)]
async fn content_in_memory_is_left_as_it_is() {
    let stack = ServiceBuilder::new().layer(TimeoutLayer::new(secs(1)).idle(secs(2))).service(service_fn(
        async |_: Request| {
            let body = GetBody::from_bytes(Bytes::from_static(b"0123456789"));
            Ok::<_, Error>(Response::new(Reply::Get(Fetched::new(ObjectMeta::new(key(), 10), 0..10, body))))
        },
    ));
    let Reply::Get(fetched) = stack.oneshot(get()).await.expect("answered").reply else { panic!("a get") };
    assert_eq!(fetched.body.as_bytes().map(Bytes::len), Some(10));
}
