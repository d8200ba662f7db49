//! A put that must not be done twice, and may have been done.

use super::*;
use buckets::operation::{Checksum, Condition, ETag, Reply, Response};
use buckets::{Error, ErrorKind};
use http_body_util::Full;
use tower::ServiceExt;

fn create() -> Put {
    Put::new(key(), CONTENT).with_condition(Condition::if_absent())
}

async fn send(flaky: &Flaky, put: Put) -> Result<Response, Error> {
    ServiceBuilder::new().layer(RetryLayer::new(policy())).service(flaky.clone()).oneshot(Request::new(put)).await
}

fn checksum() -> Option<Checksum> {
    Some(Checksum::of(CONTENT.as_bytes()))
}

#[tokio::test(start_paused = true)]
async fn that_was_done_is_found_and_not_repeated() {
    let flaky = Flaky::new([Behaviour::DoneAndFails(ErrorKind::Timeout)]);
    let response = send(&flaky, create()).await.expect("it was done");
    let Reply::Put(stored) = response.reply else { panic!("a put") };
    assert_eq!((stored.meta.size, stored.meta.checksum), (10, checksum()));
    assert_eq!(flaky.operations(), ["put", "head"]);
}

#[tokio::test(start_paused = true)]
async fn that_was_not_done_is_repeated_under_the_same_condition() {
    let flaky = Flaky::new([Behaviour::Fails(ErrorKind::Unavailable)]);
    send(&flaky, create()).await.expect("it can be done");
    assert_eq!(flaky.operations(), ["put", "head", "put"]);
    assert!(flaky.calls()[2].condition.is_if_absent());
    assert_eq!(flaky.stored().await, checksum());
}

#[tokio::test(start_paused = true)]
async fn that_was_refused_needs_no_looking_for() {
    let flaky = Flaky::new([Behaviour::Fails(ErrorKind::Throttled)]);
    send(&flaky, create()).await.expect("it can be done");
    assert_eq!(flaky.operations(), ["put", "put"]);
}

#[tokio::test(start_paused = true)]
async fn of_another_is_told_from_ones_own() {
    for other in ["another one", "9876543210"] {
        let flaky = Flaky::holding(other, [Behaviour::Fails(ErrorKind::Interrupted)]).await;
        assert_eq!(send(&flaky, create()).await.expect_err("there is another").kind(), ErrorKind::AlreadyExists);
        assert_eq!(flaky.stored().await, Some(Checksum::of(other.as_bytes())), "and it is still there");
    }
}

#[tokio::test(start_paused = true)]
async fn whose_retry_finds_it_existing_is_looked_for_again() {
    // The first attempt arrives late: after it was looked for, and before the second one.
    let late = Flaky::new([
        Behaviour::Fails(ErrorKind::Timeout),
        Behaviour::Well,
        Behaviour::DoneAndFails(ErrorKind::AlreadyExists),
    ]);
    let response = send(&late, create()).await.expect("it is ours");
    assert_eq!(late.operations(), ["put", "head", "put", "head"]);
    assert!(matches!(response.reply, Reply::Put(_)));
}

#[tokio::test(start_paused = true)]
async fn that_finds_it_existing_at_first_is_an_answer() {
    let flaky = Flaky::holding(CONTENT, []).await;
    assert_eq!(send(&flaky, create()).await.expect_err("there").kind(), ErrorKind::AlreadyExists);
    assert_eq!(flaky.operations(), ["put"], "the same content is no reason to doubt");
}

#[tokio::test(start_paused = true)]
async fn whose_content_cannot_be_compared_is_left_in_doubt() {
    let streamed = || {
        let body = PutBody::replayable(|| Full::new(bytes::Bytes::from(CONTENT)));
        Put::new(key(), body).with_condition(Condition::if_absent())
    };
    let flaky = Flaky::new([Behaviour::DoneAndFails(ErrorKind::Timeout)]);
    assert_eq!(send(&flaky, streamed()).await.expect_err("who knows").kind(), ErrorKind::Timeout);
    assert_eq!(flaky.operations(), ["put", "head"]);

    let flaky = Flaky::new([Behaviour::DoneAndFails(ErrorKind::Timeout)]);
    send(&flaky, streamed().with_checksum(checksum().expect("some"))).await.expect("the caller's checksum tells");
    assert_eq!(flaky.operations(), ["put", "head"]);
}

#[tokio::test(start_paused = true)]
async fn that_replaces_a_version_is_told_by_its_tag() {
    let version = async |flaky: &Flaky| -> ETag {
        match flaky.clone().oneshot(head()).await.expect("there").reply {
            Reply::Head(meta) => meta.etag.expect("memory has tags"),
            other => panic!("{other:?}"),
        }
    };
    let replace = |tag| Put::new(key(), CONTENT).with_condition(Condition::if_match(tag));

    let flaky = Flaky::holding("old", []).await;
    let old = version(&flaky).await;
    flaky.next_calls([Behaviour::DoneAndFails(ErrorKind::Timeout)]);
    send(&flaky, replace(old)).await.expect("it was done");
    assert_eq!(flaky.operations(), ["head", "put", "head"]);

    let flaky = Flaky::holding("old", []).await;
    let old = version(&flaky).await;
    flaky.next_calls([Behaviour::Fails(ErrorKind::Timeout)]);
    send(&flaky, replace(old)).await.expect("it can be done");
    assert_eq!(flaky.operations(), ["head", "put", "head", "put"]);

    let flaky = Flaky::holding("old", []).await;
    let old = version(&flaky).await;
    flaky.replace("someone else's").await;
    flaky.next_calls([Behaviour::Fails(ErrorKind::Timeout)]);
    let error = send(&flaky, replace(old)).await.expect_err("replaced meanwhile");
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
}

#[tokio::test(start_paused = true)]
async fn is_looked_for_even_after_the_last_attempt_and_looking_ends() {
    let fails = || vec![Behaviour::Fails(ErrorKind::Timeout), Behaviour::Well];
    let last = Behaviour::DoneAndFails(ErrorKind::Timeout);
    let flaky = Flaky::new([fails(), fails(), fails(), vec![last]].concat());
    send(&flaky, create()).await.expect("the last attempt was done");
    assert_eq!(flaky.operations(), ["put", "head", "put", "head", "put", "head", "put", "head"]);

    let down = Flaky::new(vec![Behaviour::Fails(ErrorKind::Unavailable); 99]);
    let error = send(&down, create()).await.expect_err("down");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unavailable, Some(4)));
    assert_eq!(down.operations(), ["put", "head", "head", "head", "head"]);
}
