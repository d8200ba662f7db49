//! Whatever networks and servers do: a typed error, and never a damaged or truncated content as a success.

use std::time::Duration;

use buckets::adapter::Adapter;
use buckets::adapter::s3::S3;
use buckets::body::PutBody;
use buckets::operation::{Condition, Copy, Delete, Get, Head, List, Put};
use buckets::store::Store;
use buckets::telemetry::{Dispatcher, Number};
use buckets::testing::Capture;
use buckets::{Cloud, Error, ErrorKind, Key, Prefix, Result};
use buckets_tests::components::seaweedfs::SeaweedFs;
use buckets_tests::payload;
use buckets_tower::retry::{Backoff, RetryPolicy};
use buckets_tower::{ResumeLayer, RetryLayer};
use bytes::Bytes;
use futures_util::stream;

use crate::proxy::{Fault, Proxy};
use crate::server::shared;

const INTERNAL: Fault = Fault::Answer {
    status: 500,
    headers: "x-amz-request-id: REQ1\r\n",
    content: "<Error><Code>InternalError</Code><Message>secret-of-the-server</Message></Error>",
};
const SLOW_DOWN: Fault = Fault::Answer {
    status: 503,
    headers: "x-amz-request-id: REQ2\r\nRetry-After: 7\r\n",
    content: "<Error><Code>SlowDown</Code></Error>",
};
const SLOW_DOWN_NOW: Fault =
    Fault::Answer { status: 503, headers: "", content: "<Error><Code>SlowDown</Code></Error>" };
const TOO_MANY: Fault = Fault::Answer { status: 429, headers: "x-amz-retry-after: 250\r\n", content: "" };
const GATEWAY: Fault = Fault::Answer { status: 502, headers: "Content-Type: text/html\r\n", content: "<h1>Oops</h1>" };
const EXPIRED: Fault = Fault::Answer { status: 403, headers: "", content: "<Error><Code>ExpiredToken</Code></Error>" };
/// What a server says whose clock, or whose client's clock, is wrong.
const SKEWED: Fault = Fault::Answer {
    status: 403,
    headers: "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n",
    content: "<Error><Code>RequestTimeTooSkewed</Code></Error>",
};
const DENIED: Fault = Fault::Answer { status: 403, headers: "", content: "<Error><Code>AccessDenied</Code></Error>" };
const NOT_IMPLEMENTED: Fault = Fault::Answer { status: 501, headers: "", content: "" };
const MOVED: Fault = Fault::Answer {
    status: 301,
    headers: "x-amz-bucket-region: eu-west-1\r\n",
    content: "<Error><Code>PermanentRedirect</Code></Error>",
};
const NONSENSE: Fault = Fault::Answer { status: 200, headers: "", content: "<a><b></a" };
/// What S3 answers when it has begun an answer before it failed.
const OK_BUT_FAILED: Fault = Fault::Answer {
    status: 200,
    headers: "",
    content: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InternalError</Code></Error>",
};

pub(crate) async fn proxied() -> (std::sync::Arc<SeaweedFs>, Proxy, S3) {
    let server = shared().await;
    let proxy = Proxy::to(server.address()).await;
    let s3 = SeaweedFs::adapter_at(&proxy.endpoint()).part_size(5 * 1024 * 1024).build().expect("valid");
    (server, proxy, s3)
}

fn key(name: &str) -> Key {
    Key::new(format!("faults/{name}")).expect("valid")
}

/// Content that can be read only once.
pub(crate) fn once(content: &[u8]) -> PutBody {
    let chunks: Vec<_> = content.chunks(1_000_000).map(|chunk| Ok::<_, Error>(Bytes::copy_from_slice(chunk))).collect();
    PutBody::from_stream(stream::iter(chunks))
}

pub(crate) const OPERATIONS: [&str; 6] = ["put", "get", "head", "delete", "copy", "list"];

pub(crate) async fn attempt(s3: &S3, operation: &str, key: &Key) -> Result<()> {
    attempt_on(&Cloud::builder("uploads", s3.clone()).build(), operation, key).await
}

pub(crate) async fn attempt_on<S: Store>(cloud: &Cloud<S>, operation: &str, key: &Key) -> Result<()> {
    match operation {
        "put" => cloud.call(Put::new(key.clone(), vec![7; 100_000])).await.map(drop),
        "get" => cloud.call(Get::new(key.clone())).await?.body.collect(1_000_000).await.map(drop),
        "head" => cloud.call(Head::new(key.clone())).await.map(drop),
        "delete" => cloud.call(Delete::new(key.clone())).await.map(drop),
        "copy" => cloud.call(Copy::new(key.clone(), Key::new(format!("{}-copy", key.as_str()))?)).await.map(drop),
        _ => cloud.call(List::new(Prefix::new("faults/")?)).await.map(drop),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_each_operation_is_an_error_of_its_kind() {
    let (_server, proxy, s3) = proxied().await;
    let object = key("object");
    s3.put(Put::new(object.clone(), vec![7; 100_000])).await.expect("stored");
    let table = [
        (Fault::CloseAtOnce, ErrorKind::Interrupted, true),
        (Fault::CloseWithin, ErrorKind::Interrupted, true),
        (Fault::LoseAnswer, ErrorKind::Interrupted, true),
        (INTERNAL, ErrorKind::Unavailable, true),
        (SLOW_DOWN, ErrorKind::Throttled, true),
        (TOO_MANY, ErrorKind::Throttled, true),
        (GATEWAY, ErrorKind::Unavailable, true),
        (EXPIRED, ErrorKind::Unauthenticated, false),
        (DENIED, ErrorKind::PermissionDenied, false),
        (NOT_IMPLEMENTED, ErrorKind::Unsupported, false),
        (MOVED, ErrorKind::InvalidInput, false),
        (Fault::Babble, ErrorKind::Interrupted, true),
    ];
    for (fault, kind, retryable) in table {
        for operation in OPERATIONS {
            proxy.calm();
            proxy.inject(fault, 1, |_| true);
            let error = attempt(&s3, operation, &object).await.expect_err(operation);
            // What answers a HEAD has no content and so no code, only a status.
            let is_head = matches!(operation, "head" | "copy");
            let kind = match kind {
                ErrorKind::Unauthenticated if is_head => ErrorKind::PermissionDenied,
                ErrorKind::Throttled if is_head && fault == SLOW_DOWN => ErrorKind::Unavailable,
                _ => kind,
            };
            assert_eq!(
                (error.kind(), error.is_retryable()),
                (kind, retryable),
                "{operation} with {fault:?}: {error:?}"
            );
            assert_eq!(proxy.seen(|_| true), 1, "{operation} with {fault:?} was tried again");
            assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
        }
    }
    proxy.calm();
    for operation in OPERATIONS {
        attempt(&s3, "put", &object).await.expect("stored");
        attempt(&s3, operation, &object).await.unwrap_or_else(|error| panic!("{operation} without a fault: {error:?}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_is_set_by_the_servers() {
    let (_server, proxy, s3) = proxied().await;
    let object = key("skewed");
    s3.put(Put::new(object.clone(), "content")).await.expect("stored");
    let cloud = Cloud::builder("uploads", s3.clone()).layer(RetryLayer::new(at_once())).build();
    // Not those that begin with a HEAD, whose answer has no content and so no code.
    for operation in ["put", "get", "list", "delete"] {
        proxy.calm();
        proxy.inject(SKEWED, 1, |_| true);
        attempt_on(&cloud, operation, &object)
            .await
            .unwrap_or_else(|error| panic!("{operation} by another clock: {error:?}"));
        // The second was signed by the clock that the first was answered by, and the server says so.
        assert_eq!(proxy.seen(|_| true), 3, "{operation}");
    }
    proxy.inject(SKEWED, 1, |_| true);
    let error = attempt(&s3, "get", &object).await.expect_err("refused");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unauthenticated, true), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_says_which_request_it_was_and_when_to_come_back() {
    let (_server, proxy, s3) = proxied().await;
    let error = |answer| {
        proxy.inject(answer, 1, |_| true);
        let (s3, key) = (s3.clone(), key("told"));
        async move { attempt(&s3, "get", &key).await.expect_err("refused") }
    };
    let refused = error(SLOW_DOWN).await;
    assert_eq!((refused.request_id(), refused.http_status()), (Some("REQ2"), Some(503)));
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(7)));
    assert!(refused.to_string().contains("`SlowDown`"), "{refused}");
    assert_eq!(error(TOO_MANY).await.retry_after(), Some(Duration::from_millis(250)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_listening_is_a_failure_to_connect() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let s3 = SeaweedFs::adapter_at(&format!("http://{nobody}")).build().expect("valid");
    for operation in OPERATIONS {
        let error = attempt(&s3, operation, &key("object")).await.expect_err("nobody is there");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connect, true), "{operation}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_success_that_makes_no_sense_is_an_error() {
    let (_server, proxy, s3) = proxied().await;
    let object = key("nonsense");
    s3.put(Put::new(object.clone(), "content")).await.expect("stored");
    for (operation, answer, which) in [
        ("list", NONSENSE, (|_| true) as fn(&str) -> bool),
        ("copy", NONSENSE, |line| line.starts_with("PUT")),
        ("copy", OK_BUT_FAILED, |line| line.starts_with("PUT")),
    ] {
        proxy.inject(answer, 1, which);
        let error = attempt(&s3, operation, &object).await.expect_err("nonsense");
        let expected = [ErrorKind::Protocol, ErrorKind::Unavailable];
        assert!(expected.contains(&error.kind()) && error.is_retryable(), "{operation}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_and_truncated_content_never_arrives_as_a_success() {
    let (_server, proxy, s3) = proxied().await;
    let content = payload::of(1, 3_000_000);
    let object = key("content");
    s3.put(Put::new(object.clone(), content.clone())).await.expect("stored");
    for (fault, kind) in
        [(Fault::CutAnswer, ErrorKind::Interrupted), (Fault::DamageAnswer, ErrorKind::ChecksumMismatch)]
    {
        proxy.inject(fault, 1, |_| true);
        let error = s3.get(Get::new(object.clone())).await.expect("the head is whole").body.collect(u64::MAX).await;
        assert_eq!(error.expect_err("the content is not").kind(), kind, "{fault:?}");
    }
    let damaged = key("damaged");
    for body in [PutBody::from(content.clone()), once(&payload::of(1, 17_000_000))] {
        proxy.inject(Fault::DamageRequest, usize::MAX, |line| line.starts_with("PUT"));
        let error = s3.put(Put::new(damaged.clone(), body)).await.expect_err("the server finds it");
        assert_eq!(error.kind(), ErrorKind::ChecksumMismatch, "{error:?}");
        proxy.calm();
        assert_eq!(
            s3.head(Head::new(damaged.clone())).await.expect_err("nothing is stored").kind(),
            ErrorKind::NotFound
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_breaks_off_goes_on_where_it_was() {
    let (_server, proxy, s3) = proxied().await;
    let content = payload::of(1, 3_000_000);
    let object = key("resumed");
    let stored = s3.put(Put::new(object.clone(), content.clone())).await.expect("stored");
    let policy = at_once();
    let cloud = Cloud::builder("uploads", s3.clone())
        .layer(RetryLayer::new(policy.clone()))
        .layer(ResumeLayer::new(policy))
        .build();
    proxy.calm();
    proxy.inject(Fault::CutAnswer, 2, |line| line.starts_with("GET"));
    let read = cloud.read(&object).await.expect("goes on");
    assert_eq!(payload::version(&read), 1);
    assert_eq!(proxy.seen(|line| line.starts_with("GET")), 3);

    // Replaced while it is read: never two halves of two objects.
    proxy.inject(Fault::CutAnswer, 1, |line| line.starts_with("GET"));
    let mut body = cloud.call(Get::new(object.clone())).await.expect("begins").body;
    body.next().await.expect("some").expect("content");
    let replaced = s3.put(Put::new(object.clone(), payload::of(2, 3_000_000))).await.expect("replaced");
    assert_ne!(stored.meta.etag, replaced.meta.etag);
    let error = body.collect(u64::MAX).await.expect_err("it is another object now");
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_are_sent_again_and_completion_is_asked_for_again() {
    let (server, proxy, s3) = proxied().await;
    let content = payload::of(3, 17_000_000);
    type Step = (&'static str, fn(&str) -> bool);
    let steps: [Step; 3] = [
        ("begin", |line| line.starts_with("POST") && line.contains("?uploads")),
        ("part", |line| line.contains("partNumber=")),
        ("complete", |line| line.starts_with("POST") && line.contains("uploadId=")),
    ];
    for (name, which) in steps {
        for fault in [Fault::CloseAtOnce, Fault::LoseAnswer, INTERNAL, SLOW_DOWN_NOW, GATEWAY] {
            let object = key(&format!("parts-{name}"));
            proxy.calm();
            proxy.inject(fault, 2, which);
            s3.put(Put::new(object.clone(), once(&content)))
                .await
                .unwrap_or_else(|error| panic!("{name}, {fault:?}: {error:?}"));
            let read = s3.get(Get::new(object)).await.expect("stored").body.collect(u64::MAX).await.expect("whole");
            assert_eq!(payload::version(&read), 3, "{name}, {fault:?}");
        }
    }
    // S3 answers a completion before it is done with it, and so may fail within a success.
    proxy.inject(OK_BUT_FAILED, 1, steps[2].1);
    s3.put(Put::new(key("parts-complete"), once(&content))).await.expect("asked again");

    proxy.calm();
    proxy.inject(INTERNAL, usize::MAX, steps[1].1);
    let error = s3.put(Put::new(key("parts-never"), once(&content))).await.expect_err("no part is ever taken");
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Unavailable, Some(4), false));
    proxy.calm();
    s3.settle().await;
    assert_eq!(s3.orphans(), 0);
    // An answer that was lost may have begun an upload that nobody knows of: that is what a sweep is for.
    s3.sweep(Duration::ZERO).await.expect("swept");
    assert_eq!(unfinished(&server, "faults/parts").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_aborted_is_counted_and_swept() {
    let server = shared().await;
    let proxy = Proxy::to(server.address()).await;
    let dispatcher = Dispatcher::new();
    let capture = Capture::on(&dispatcher);
    let s3 = SeaweedFs::adapter_at(&proxy.endpoint()).dispatcher(dispatcher).build().expect("valid");
    let object = key("orphan");
    proxy.inject(DENIED, usize::MAX, |line| line.contains("partNumber=") || line.starts_with("DELETE"));
    let put = s3.put(Put::new(object, once(&payload::of(1, 17_000_000)))).await;
    assert_eq!(put.expect_err("denied").kind(), ErrorKind::PermissionDenied);
    s3.settle().await;
    assert_eq!(s3.orphans(), 1);
    assert_eq!(capture.names(), ["buckets.upload.orphan"]);
    assert_eq!(unfinished(&server, "faults/orphan").await, 1);
    proxy.calm();
    // Not those that others have just begun.
    assert_eq!(s3.sweep(Duration::from_secs(3600)).await.expect("swept"), 1);
    assert_eq!((s3.orphans(), unfinished(&server, "faults/orphan").await), (0, 0));
    let swept = capture.one("buckets.upload.sweep");
    let numbers = ["aborted", "orphans"].map(|name| swept.measurement(name));
    assert_eq!(numbers, [Some(Number::U64(1)), Some(Number::U64(0))]);
    assert_eq!(swept.adapter, "s3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_whose_answer_was_lost_is_not_taken_for_anothers() {
    let (_server, proxy, s3) = proxied().await;
    let object = key("created");
    let cloud = Cloud::builder("uploads", s3.clone()).layer(RetryLayer::new(at_once())).build();
    proxy.inject(Fault::LoseAnswer, 1, |line| line.starts_with("PUT"));
    let create = Put::new(object.clone(), "content").with_condition(Condition::if_absent());
    cloud.call(create).await.expect("it was this put that created it");
    let again = Put::new(object, "other").with_condition(Condition::if_absent());
    assert_eq!(cloud.call(again).await.expect_err("it is there").kind(), ErrorKind::AlreadyExists);
}

/// Tries again without a wait.
pub(crate) fn at_once() -> RetryPolicy {
    RetryPolicy::new().backoff(Backoff::exponential(Duration::ZERO, Duration::ZERO))
}

/// How many uploads in parts below `prefix` have neither ended nor been aborted, as the server knows it.
pub(crate) async fn unfinished(server: &SeaweedFs, prefix: &str) -> usize {
    let list =
        server.client().list_multipart_uploads().bucket(buckets_tests::components::seaweedfs::BUCKET).prefix(prefix);
    list.send().await.expect("listed").uploads().len()
}
