//! Downloads that go on where they broke off.

use super::*;
use buckets::ErrorKind;
use buckets::body::GetBody;
use buckets::operation::{ByteRange, Reply};
use buckets::telemetry::{Number, Outcome};
use buckets_tower::ResumeLayer;
use bytes::Bytes;
use proptest::prelude::*;
use tower::ServiceExt;

const BROKEN: Option<ErrorKind> = Some(ErrorKind::Interrupted);

async fn open(flaky: &Flaky, request: Request) -> GetBody {
    let stack = ServiceBuilder::new()
        .layer(TelemetryLayer::new())
        .layer(ResumeLayer::new(policy()))
        .layer(RetryLayer::new(policy()))
        .service(flaky.clone());
    match stack.oneshot(request).await.expect("a head").reply {
        Reply::Get(fetched) => fetched.body,
        other => panic!("{other:?}"),
    }
}

fn ranges(flaky: &Flaky) -> Vec<Option<ByteRange>> {
    flaky.calls().iter().map(|call| call.range).collect()
}

#[tokio::test(start_paused = true)]
async fn the_rest_is_asked_for_and_only_of_the_same_object() {
    let capture = Capture::new();
    let breaks = [Behaviour::Breaks(3, BROKEN), Behaviour::Breaks(4, None)];
    let flaky = Flaky::holding(CONTENT, breaks).await;
    let body = open(&flaky, told(&capture, get())).await;
    assert_eq!(body.collect(100).await.expect("all of it"), CONTENT);
    assert_eq!(ranges(&flaky), [None, Some(ByteRange::from_to(3, 9)), Some(ByteRange::from_to(7, 9))]);
    assert!(flaky.calls()[1..].iter().all(|call| call.condition.match_tag().flatten().is_some()));

    let resumed = capture.named("buckets.adapter.get.resume");
    let offsets: Vec<_> = resumed.iter().map(|event| event.measurement("offset")).collect();
    assert_eq!(offsets, [Some(Number::U64(3)), Some(Number::U64(7))]);
    let end = capture.one("buckets.adapter.get.stop");
    assert_eq!((end.bytes, end.span_id), (Some(10), resumed[0].span_id));
    capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn of_a_part_the_rest_is_a_part() {
    let flaky = Flaky::holding(CONTENT, [Behaviour::Breaks(2, BROKEN)]).await;
    let body = open(&flaky, Request::new(Get::new(key()).with_range(ByteRange::from_to(4, 8)))).await;
    assert_eq!(body.collect(100).await.expect("all of it"), "45678");
    assert_eq!(ranges(&flaky)[1], Some(ByteRange::from_to(6, 8)));
}

#[tokio::test(start_paused = true)]
async fn two_halves_of_two_objects_are_never_joined() {
    let flaky = Flaky::holding(CONTENT, [Behaviour::Breaks(3, BROKEN)]).await;
    let mut body = open(&flaky, get()).await;
    let mut read = Vec::new();
    for _ in 0..3 {
        read.extend(body.next().await.expect("a chunk").expect("content"));
    }
    flaky.replace("abcdefghij").await;
    let error = body.next().await.expect("an end").expect_err("replaced");
    assert_eq!((error.kind(), read), (ErrorKind::Interrupted, b"012".to_vec()));
    assert_eq!(error.to_string(), "the object was replaced or removed while it was read");
    assert!(body.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_what_it_first_failed_with() {
    let capture = Capture::new();
    let breaks = std::iter::once(Behaviour::Breaks(3, Some(ErrorKind::Timeout)));
    let flaky = Flaky::holding(CONTENT, breaks.chain(vec![Behaviour::Fails(ErrorKind::Unavailable); 99])).await;
    let body = open(&flaky, told(&capture, get())).await;
    let error = body.collect(100).await.expect_err("down");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, Some(4)));
    assert_eq!(flaky.calls().len(), 1 + 3 * 4, "each of three resumptions is itself tried four times");
    let end = capture.one("buckets.adapter.get.exception");
    assert_eq!((end.outcome, end.bytes), (Some(Outcome::Error(ErrorKind::Timeout)), Some(3)));
    capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn an_error_that_does_not_pass_is_passed_on() {
    let flaky = Flaky::holding(CONTENT, [Behaviour::Breaks(3, Some(ErrorKind::PermissionDenied))]).await;
    let error = open(&flaky, get()).await.collect(100).await.expect_err("denied");
    assert_eq!((error.kind(), flaky.calls().len()), (ErrorKind::PermissionDenied, 1));
}

#[tokio::test(start_paused = true)]
async fn content_in_memory_is_left_as_it_is() {
    let flaky = Flaky::holding(CONTENT, []).await;
    assert_eq!(open(&flaky, get()).await.as_bytes().map(Bytes::len), Some(10));
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_goes_away_ends_all() {
    let capture = Capture::new();
    let flaky = Flaky::holding(CONTENT, [Behaviour::Breaks(3, BROKEN), Behaviour::Never]).await;
    let mut body = open(&flaky, told(&capture, get())).await;
    assert!(tokio::time::timeout(secs(9), async { while body.next().await.is_some() {} }).await.is_err());
    drop(body);
    assert_eq!(capture.one("buckets.adapter.get.exception").outcome, Some(Outcome::Cancelled));
    capture.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn content_that_is_bad_is_not_added_to() {
    for kind in [ErrorKind::ChecksumMismatch, ErrorKind::Protocol] {
        let flaky = Flaky::holding(CONTENT, [Behaviour::Breaks(3, Some(kind))]).await;
        let error = open(&flaky, get()).await.collect(100).await.expect_err("bad");
        assert_eq!((error.kind(), flaky.calls().len()), (kind, 1));
    }
    // Told when all of it was there.
    let flaky = Flaky::holding(CONTENT, [Behaviour::Breaks(10, Some(ErrorKind::ChecksumMismatch))]).await;
    let error = open(&flaky, get()).await.collect(100).await.expect_err("bad");
    assert_eq!(error.kind(), ErrorKind::ChecksumMismatch);
}

proptest! {
    /// Wherever and however often it breaks: all of the content, or after too many times an error.
    #[test]
    fn what_is_read_is_the_content_or_an_error(
        size in 1_usize..200,
        breaks in proptest::collection::vec((0_usize..1000, any::<bool>()), 0..6),
        from in 0_usize..200,
    ) {
        let from = from % size;
        let mut left = size - from;
        let behaviours: Vec<_> = breaks.iter().map(|(after, told)| {
            let after = after % left;
            left -= after;
            Behaviour::Breaks(after, told.then_some(ErrorKind::Interrupted))
        }).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let content: Bytes = (0..size).map(|n| n as u8).collect();
            let flaky = Flaky::holding(content.clone(), behaviours).await;
            let request = Request::new(Get::new(key()).with_range(ByteRange::from(from as u64)));
            match open(&flaky, request).await.collect(1000).await {
                Ok(read) => assert!(breaks.len() <= 3 && read == content.slice(from..)),
                Err(error) => assert!(breaks.len() > 3 && error.kind() == ErrorKind::Interrupted, "{error:?}"),
            }
        });
    }
}
