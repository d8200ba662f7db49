//! Which calls are tried again.

use super::*;
use buckets::operation::{Checksum, Condition, Copy, Delete, List, Operation};
use buckets::{BoxError, ErrorKind, Prefix};
use http_body_util::Full;
use tower::ServiceExt;

async fn failing(kind: ErrorKind, request: Request) -> usize {
    let flaky = Flaky::new(vec![Behaviour::Fails(kind); 9]);
    let stack = ServiceBuilder::new().layer(RetryLayer::new(policy())).service(flaky.clone());
    let error = stack.oneshot(request).await.expect_err("all fail");
    assert_eq!(error.kind(), kind);
    assert_eq!(error.attempts(), Some(flaky.calls().len() as u32));
    flaky.calls().len()
}

#[tokio::test(start_paused = true)]
async fn errors_that_may_pass_and_no_others() {
    for kind in ErrorKind::ALL {
        let attempts = if kind.is_transient() { 4 } else { 1 };
        assert_eq!(failing(*kind, head()).await, attempts, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_that_can_be_repeated() {
    let other = Key::new("c").expect("valid");
    let list = List::new(Prefix::new("").expect("valid"));
    let requests = [get(), head(), put("x"), Request::new(list), Request::new(Delete::new(key()))];
    for request in requests.into_iter().chain([Request::new(Copy::new(key(), other.clone()))]) {
        assert_eq!(failing(ErrorKind::Unavailable, request).await, 4);
    }
    let conditional = Copy::new(key(), other).with_condition(Condition::if_absent());
    assert_eq!(failing(ErrorKind::Timeout, Request::new(conditional.clone())).await, 1, "it may have been done");
    assert_eq!(failing(ErrorKind::Throttled, Request::new(conditional)).await, 4, "it was refused");
}

struct Tag;

impl Operation for Tag {
    type Output = ();
    const NAME: &'static str = "tag";
}

#[tokio::test(start_paused = true)]
async fn what_can_only_be_sent_once_is_sent_once() {
    assert_eq!(failing(ErrorKind::Unavailable, put(PutBody::from_reader(&b"once"[..]))).await, 1);
    assert_eq!(failing(ErrorKind::Unavailable, Request::new(Tag)).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_can_be_made_again_is_sent_whole() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), CONTENT).expect("written");
    let bodies = [
        PutBody::from(CONTENT),
        PutBody::from_path(file.path()).await.expect("a file"),
        PutBody::replayable(|| Full::new(bytes::Bytes::from(CONTENT))),
    ];
    for body in bodies {
        let flaky = Flaky::new([Behaviour::Fails(ErrorKind::Interrupted), Behaviour::DoneAndFails(ErrorKind::Timeout)]);
        let stack = ServiceBuilder::new().layer(RetryLayer::new(policy())).service(flaky.clone());
        let response = stack.oneshot(put(body)).await.expect("the third attempt");
        assert_eq!((response.attempts, flaky.calls().len()), (3, 3));
        assert_eq!(flaky.stored().await, Some(Checksum::of(CONTENT.as_bytes())));
        assert_eq!(flaky.calls().iter().map(|call| call.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn stock_layers_below_hide_neither_kind_nor_attempts() {
    let flaky = Flaky::new([Behaviour::Never, Behaviour::Fails(ErrorKind::Throttled), Behaviour::Never]);
    let stack =
        ServiceBuilder::new().layer(RetryLayer::new(policy().max_attempts(2))).timeout(secs(1)).service(flaky.clone());
    let error: BoxError = stack.clone().oneshot(head()).await.expect_err("slow, then throttled");
    let error = buckets::Error::from_boxed(error);
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, Some(2)));
    let error = stack.oneshot(head()).await.expect_err("slow, then nothing there");
    assert_eq!(ErrorKind::of(&*error), ErrorKind::NotFound);
    assert_eq!(flaky.calls().len(), 4);
}
