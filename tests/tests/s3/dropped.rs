//! Futures that are dropped, at each of their first 64 waits: nothing half done, and nothing left behind.

use std::pin::pin;
use std::task::Poll;

use buckets::adapter::Volume;
use buckets::operation::{Copy, Get, Put};
use buckets::store::Store;
use buckets::telemetry::Dispatcher;
use buckets::testing::Capture;
use buckets::{Cloud, ErrorKind, Key, ReadOptions, Result};
use buckets_tests::components::process::{PATIENCE, until};
use buckets_tests::payload;
use buckets_tower::{ResumeLayer, RetryLayer, TimeoutLayer};

use crate::faults::{at_once, unfinished};
use crate::server::shared;
use crate::uploads::slow;

const MIB: usize = 1024 * 1024;
const POLLS: usize = 64;
/// Each as often as there are polls, on three clouds: 768 futures.
const WORK: [&str; 4] = ["put", "put-in-parts", "copy", "get"];

fn key(base: &str, name: &str) -> Key {
    Key::new(format!("{base}/{name}")).expect("valid")
}

async fn work<S: Store>(cloud: &Cloud<S>, work: &str, source: &Key, target: Key, content: &[u8]) -> Result<()> {
    match work {
        "put" => cloud.call(Put::new(target, content[..100_000].to_vec())).await.map(drop),
        "put-in-parts" => cloud.call(Put::new(target, slow(content, 500_000))).await.map(drop),
        "copy" => cloud.call(Copy::new(source.clone(), target)).await.map(drop),
        _ => cloud.call(Get::new(source.clone())).await?.body.collect(u64::MAX).await.map(drop),
    }
}

/// Polls `work` so often and drops it.
async fn drop_after(work: impl Future, polls: usize) {
    let mut work = pin!(work);
    let mut polled = 0;
    std::future::poll_fn(|context| {
        polled += 1;
        match work.as_mut().poll(context) {
            Poll::Pending if polled < polls => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}

/// Does all work so often, each time dropped at another place; then each target is whole or not there.
async fn check<S: Store>(cloud: &Cloud<S>, base: &str, capture: &Capture, len: usize, settled: impl AsyncFnOnce()) {
    let (source, content) = (key(base, "source"), payload::of(1, len));
    // On S3 still more than what is copied at once.
    let copied = &content[..len / 3 + 1];
    cloud.call(Put::new(source.clone(), copied.to_vec())).await.expect("stored");
    for polls in 1..=POLLS {
        for name in WORK {
            let target = key(base, &format!("{name}-{polls}"));
            drop_after(work(cloud, name, &source, target, &content), polls).await;
        }
    }
    settled().await;
    capture.assert_conserved();
    for polls in 1..=POLLS {
        for (name, whole) in [("put", &content[..100_000]), ("put-in-parts", &content[..]), ("copy", copied)] {
            match cloud.read_with(&key(base, &format!("{name}-{polls}")), ReadOptions::new().with_limit(u64::MAX)).await
            {
                Ok(read) => assert!(read == whole, "{name} dropped after {polls} polls is torn"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{name} after {polls}: {error:?}"),
            }
        }
    }
}

fn listening() -> (Dispatcher, Capture) {
    let dispatcher = Dispatcher::new();
    let capture = Capture::on(&dispatcher);
    (dispatcher, capture)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_s3_all_that_was_begun_is_aborted() {
    let server = shared().await;
    let s3 = server.adapter().whole_copy_limit(5 * MIB as u64).part_size(5 * MIB as u64).build().expect("valid");
    let (dispatcher, capture) = listening();
    let cloud = Cloud::builder("uploads", s3.clone()).dispatcher(dispatcher).build();
    check(&cloud, "dropped-bare", &capture, 17 * MIB, async || s3.settle().await).await;
    assert_eq!((s3.orphans(), unfinished(&server, "dropped-bare").await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_layers_all_that_was_begun_is_aborted() {
    let server = shared().await;
    let s3 = server.adapter().whole_copy_limit(5 * MIB as u64).part_size(5 * MIB as u64).build().expect("valid");
    let (dispatcher, capture) = listening();
    let cloud = Cloud::builder("uploads", s3.clone())
        .dispatcher(dispatcher)
        .layer(TimeoutLayer::new(PATIENCE).idle(PATIENCE))
        .layer(RetryLayer::new(at_once()))
        .layer(ResumeLayer::new(at_once()))
        .build();
    check(&cloud, "dropped-under", &capture, 17 * MIB, async || s3.settle().await).await;
    assert_eq!((s3.orphans(), unfinished(&server, "dropped-under").await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_volume_no_half_of_a_file_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let staging = folder.path().join(".buckets/staging");
    let (dispatcher, capture) = listening();
    let volume = Volume::builder(folder.path()).fsync(false).open().await.expect("opens");
    let cloud = Cloud::builder("uploads", volume).dispatcher(dispatcher).build();
    // What another thread is just writing is removed when that is done.
    let settled = async || {
        until("nothing to be left in staging", PATIENCE, async || {
            match std::fs::read_dir(&staging).map_or(0, Iterator::count) {
                0 => Ok(()),
                left => Err(format!("{left} files are")),
            }
        })
        .await;
    };
    check(&cloud, "dropped", &capture, 3 * MIB, settled).await;
}
