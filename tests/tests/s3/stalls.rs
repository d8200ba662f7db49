//! Servers that keep one waiting: for an answer that never comes, or for content that comes in drops.

use std::time::Duration;

use buckets::adapter::s3::S3;
use buckets::operation::{Get, List, OperationKind, Put};
use buckets::{Cloud, Error, ErrorKind, Key, Prefix};
use buckets_tests::components::seaweedfs::SeaweedFs;
use buckets_tests::payload;
use buckets_tower::{ResumeLayer, RetryLayer, TimeLimits, TimeoutLayer};
use futures_util::future::join_all;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::faults::{OPERATIONS, at_once, attempt_on, once, unfinished};
use crate::proxy::{Fault, Proxy};
use crate::server::shared;

/// What one waits for here never comes, so it does not matter how soon one gives up.
const SOON: Duration = Duration::from_millis(300);
/// Nothing that goes well takes so long.
const PATIENT: Duration = Duration::from_secs(20);
/// A byte a minute.
const STANDS: Fault = Fault::Drip { bytes: 1, pause: Duration::from_secs(60) };
/// Slow, but it moves.
const MOVES: Fault = Fault::Drip { bytes: 60_000, pause: Duration::from_millis(5) };

fn key(name: &str) -> Key {
    Key::new(format!("stalls/{name}")).expect("valid")
}

fn limited(s3: &S3, answer: Duration, idle: Duration) -> Cloud {
    Cloud::builder("uploads", s3.clone()).layer(TimeoutLayer::new(answer).idle(idle)).boxed().build()
}

fn is_timeout(error: &Error) -> bool {
    error.kind() == ErrorKind::Timeout && error.is_retryable()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_is_never_answered_ends_and_is_tried_again() {
    let server = shared().await;
    let proxy = Proxy::to(server.address()).await;
    let s3 = SeaweedFs::adapter_at(&proxy.endpoint()).build().expect("valid");
    let (cloud, object) = (limited(&s3, SOON, SOON), key("object"));
    Cloud::new("uploads", s3.clone()).call(Put::new(object.clone(), "content")).await.expect("stored");

    proxy.inject(Fault::NoAnswer, usize::MAX, |_| true);
    let ends = OPERATIONS.map(|operation| {
        let (cloud, object) = (&cloud, &object);
        async move { (operation, attempt_on(cloud, operation, object).await) }
    });
    for (operation, end) in join_all(ends).await {
        let error = end.expect_err(operation);
        assert!(is_timeout(&error), "{operation}: {error:?}");
    }

    let limits = TimeLimits::new(PATIENT).on(OperationKind::Head, SOON);
    let cloud =
        Cloud::builder("uploads", s3).layer(TimeoutLayer::new(limits)).layer(RetryLayer::new(at_once())).build();
    proxy.calm();
    proxy.inject(Fault::NoAnswer, 1, |line| line.starts_with("HEAD"));
    cloud.head(&object).await.expect("the second time");
    assert_eq!(proxy.seen(|line| line.starts_with("HEAD")), 2);
}

/// Whoever has as many callers waiting as it lets wait does not answer others: what they send is lost, as it is behind
/// a firewall that drops it.
async fn black_hole() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port of our own");
    let listener = socket.listen(0).expect("listens");
    let address = listener.local_addr().expect("the address of a listener");
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(SOON, TcpStream::connect(address)).await {
        waiting.push(connected.expect("lets some wait"));
    }
    (listener, waiting)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_cannot_be_connected_to_is_given_up() {
    let (listener, _waiting) = black_hole().await;
    let address = listener.local_addr().expect("the address of a listener");
    let s3 = SeaweedFs::adapter_at(&format!("http://{address}")).build().expect("valid");
    // The adapter has a time limit for connections of its own; a layer's may be shorter.
    for cloud in [Cloud::builder("uploads", s3.clone()).boxed().build(), limited(&s3, SOON, SOON)] {
        let ends = OPERATIONS.map(|operation| {
            let cloud = &cloud;
            async move { (operation, attempt_on(cloud, operation, &key("object")).await) }
        });
        for (operation, end) in join_all(ends).await {
            let error = end.expect_err(operation);
            assert!(is_timeout(&error), "{operation}: {error:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_that_stands_still_is_given_up_and_content_that_moves_is_not() {
    let server = shared().await;
    let proxy = Proxy::to(server.address()).await;
    let s3 = SeaweedFs::adapter_at(&proxy.endpoint()).build().expect("valid");
    let object = key("content");
    let put = Put::new(object.clone(), payload::of(1, 3_000_000));
    Cloud::new("uploads", s3.clone()).call(put).await.expect("stored");

    // The answer begins in time: it is the idle clock that runs out.
    proxy.inject(STANDS, usize::MAX, |_| true);
    let body = limited(&s3, PATIENT, SOON).call(Get::new(object.clone())).await.expect("begins").body;
    let error = body.collect(u64::MAX).await.expect_err("a byte a minute");
    assert!(is_timeout(&error), "{error:?}");
    // What has to be read to its end before it means anything is under the clock of the attempt.
    let list = List::new(Prefix::new("stalls/").expect("valid"));
    let error = limited(&s3, SOON, PATIENT).call(list).await.expect_err("a byte a minute");
    assert!(is_timeout(&error), "{error:?}");

    proxy.inject(MOVES, usize::MAX, |_| true);
    let read = limited(&s3, PATIENT, PATIENT).read(&object).await.expect("slow, but whole");
    assert_eq!(payload::version(&read), 1);

    // What stood still goes on where it was.
    let cloud = Cloud::builder("uploads", s3)
        .layer(TimeoutLayer::new(PATIENT).idle(SOON))
        .layer(ResumeLayer::new(at_once()))
        .build();
    proxy.calm();
    proxy.inject(STANDS, 1, |line| line.starts_with("GET"));
    assert_eq!(payload::version(&cloud.read(&object).await.expect("goes on")), 1);
    assert_eq!(proxy.seen(|line| line.starts_with("GET")), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_part_is_never_answered_leaves_nothing_behind() {
    let server = shared().await;
    let proxy = Proxy::to(server.address()).await;
    let s3 = SeaweedFs::adapter_at(&proxy.endpoint()).build().expect("valid");
    proxy.inject(Fault::NoAnswer, usize::MAX, |line| line.contains("partNumber="));
    let put = Put::new(key("parts"), once(&payload::of(1, 17_000_000)));
    // Long enough to begin an upload.
    let limit = Duration::from_secs(3);
    let error = limited(&s3, limit, limit).call(put).await.expect_err("no part is ever answered");
    assert!(is_timeout(&error), "{error:?}");
    assert!(proxy.seen(|line| line.contains("partNumber=")) > 0);
    s3.settle().await;
    assert_eq!((s3.orphans(), unfinished(&server, "stalls/parts").await), (0, 0));
    let error = Cloud::new("uploads", s3).head(&key("parts")).await.expect_err("nothing was stored");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
