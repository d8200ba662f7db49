//! Answers whose heads do not tell the truth about what comes: never is the content another one than what is stored.

use buckets::adapter::Adapter;
use buckets::operation::{Get, Head, List, Put};
use buckets::{Error, ErrorKind, Key, Prefix};
use buckets_tests::payload;

use crate::faults::{OPERATIONS, attempt, once, proxied};
use crate::proxy::Fault;

fn key(name: &str) -> Key {
    Key::new(format!("faults/lies-{name}")).expect("valid")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_another_length_than_told_is_never_taken_for_the_whole() {
    let (_server, proxy, s3) = proxied().await;
    let object = key("length");
    s3.put(Put::new(object.clone(), vec![7; 100_000])).await.expect("stored");
    let is_get = |line: &str| line.starts_with("GET");
    for (more, kind) in [
        (1, ErrorKind::Interrupted),
        (10_000, ErrorKind::Interrupted),
        (-1, ErrorKind::ChecksumMismatch),
        (-99_999, ErrorKind::ChecksumMismatch),
    ] {
        proxy.inject(Fault::LieAboutLength(more), 1, is_get);
        let error = attempt(&s3, "get", &object).await.expect_err("another length");
        assert_eq!(error.kind(), kind, "{more} bytes more than there are: {error:?}");
    }
    for more in (-100..0).step_by(9).chain([1, 10_000]) {
        proxy.inject(Fault::LieAboutLength(more), 1, |line| line.starts_with("PUT"));
        let error = attempt(&s3, "copy", &object).await.expect_err("another length");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{more} bytes more than there are: {error:?}");
    }
    let list = || List::new(Prefix::new("faults/lies-list").expect("valid"));
    for name in ["list-1", "list-2", "list-3"] {
        s3.put(Put::new(key(name), "content")).await.expect("stored");
    }
    for more in (-600..0).step_by(13).chain([1, 10_000]) {
        proxy.inject(Fault::LieAboutLength(more), 1, is_get);
        let error = s3.list(list()).await.expect_err("another length");
        assert_eq!(error.kind(), ErrorKind::Protocol, "{more} bytes more than there are: {error:?}");
    }
    // What an upload in parts is told at its end decides whether it is asked for again.
    for more in [1, -100] {
        proxy.inject(Fault::LieAboutLength(more), 1, |line| line.starts_with("POST") && line.contains("uploadId="));
        s3.put(Put::new(object.clone(), once(&payload::of(1, 17_000_000)))).await.expect("asked for again");
        let read = s3.get(Get::new(object.clone())).await.expect("stored").body.collect(u64::MAX).await.expect("whole");
        assert_eq!(payload::version(&read), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_comes_twice_changes_nothing_or_is_an_error() {
    let (_server, proxy, s3) = proxied().await;
    let object = key("twice");
    let content = payload::of(1, 100_000);
    for (header, value) in [
        ("ETag", "\"0123456789abcdef0123456789abcdef\""),
        ("Content-Type", "text/html"),
        ("x-amz-checksum-crc32c", "AAAAAA=="),
        ("x-amz-request-id", "another"),
        ("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ] {
        let is_refusal = |error: &Error| error.kind() == ErrorKind::Protocol && error.is_retryable();
        s3.put(Put::new(object.clone(), content.clone())).await.expect("stored");
        let stored = s3.head(Head::new(object.clone())).await.expect("is there");
        proxy.inject(Fault::RepeatHeader(header, value), usize::MAX, |_| true);
        match s3.get(Get::new(object.clone())).await {
            Ok(got) => {
                assert_eq!(got.meta, stored, "{header}");
                assert_eq!(got.body.collect(u64::MAX).await.expect(header), content, "{header}");
            }
            Err(error) => assert!(is_refusal(&error), "get with two of {header}: {error:?}"),
        }
        for operation in OPERATIONS {
            proxy.calm();
            s3.put(Put::new(object.clone(), content.clone())).await.expect("stored");
            proxy.inject(Fault::RepeatHeader(header, value), usize::MAX, |_| true);
            if let Err(error) = attempt(&s3, operation, &object).await {
                assert!(is_refusal(&error), "{operation} with two of {header}: {error:?}");
            }
        }
        proxy.calm();
    }
}

/// Who believes one of them and who believes the other see different answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_lengths_are_an_error() {
    let (_server, proxy, s3) = proxied().await;
    let object = key("lengths");
    s3.put(Put::new(object.clone(), "content")).await.expect("stored");
    // The answer to a delete has none.
    for operation in OPERATIONS.into_iter().filter(|operation| *operation != "delete") {
        proxy.inject(Fault::RepeatHeader("Content-Length", "3"), usize::MAX, |_| true);
        let error = attempt(&s3, operation, &object).await.expect_err(operation);
        let is_refusal = matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::Protocol) && error.is_retryable();
        assert!(is_refusal, "{operation}: {error:?}");
    }
}
