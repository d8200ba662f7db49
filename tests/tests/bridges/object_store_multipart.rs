//! Multipart uploads in both directions: bounded, in order, and none left behind.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use buckets::adapter::{Adapter, Memory};
use buckets::body::PutBody;
use buckets::bridge::object_store_0_14::{CloudStore, ObjectStoreAdapter};
use buckets::operation::{Get, Head, Put};
use buckets::testing::Capture;
use buckets::{Checksum, Cloud, ErrorKind, Key};
use buckets_tests::components::process::until;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};

use crate::recorder::Recorder;

const PART: usize = 64 << 10;

fn adapter(store: &Recorder) -> ObjectStoreAdapter {
    ObjectStoreAdapter::new(Arc::new(store.clone())).with_part_size(PART).with_concurrency(3)
}

fn key() -> Key {
    Key::new("dir/object").expect("valid")
}

fn chunks(count: usize) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send {
    stream::iter((0..count).map(|number| Ok(Bytes::from(vec![number as u8; 10_000]))))
}

#[tokio::test]
async fn an_upload_holds_no_more_parts_than_it_may() {
    let store = Recorder::default();
    let stored = adapter(&store).put(Put::new(key(), PutBody::from_stream(chunks(1000)))).await.expect("stored");
    assert_eq!(stored.meta.size, 10_000_000);
    assert_eq!(store.parts.load(SeqCst), 10_000_000_usize.div_ceil(PART));
    assert_eq!((store.completed.load(SeqCst), store.aborted.load(SeqCst)), (1, 0));
    let most = store.most_held.load(SeqCst);
    assert!((2 * PART..=3 * PART).contains(&most), "{most} bytes were on their way at once");
}

#[tokio::test]
async fn what_fails_is_aborted() {
    let whole = || PutBody::from_stream(chunks(30));
    let broken = PutBody::from_stream(chunks(30).chain(stream::iter([Err(std::io::Error::other("gone"))])));
    let puts = [
        (Put::new(key(), broken), 0, ErrorKind::Interrupted),
        (Put::new(key(), whole().with_exact_len(300_001)), 0, ErrorKind::Interrupted),
        (Put::new(key(), whole()).with_checksum(Checksum::of(b"another")), 0, ErrorKind::ChecksumMismatch),
        (Put::new(key(), whole()), 3, ErrorKind::Other),
    ];
    for (put, fails_at, kind) in puts {
        let store = Recorder::default();
        store.fails_at.store(fails_at, SeqCst);
        assert_eq!(adapter(&store).put(put).await.expect_err("fails").kind(), kind);
        let ends = (store.begun.load(SeqCst), store.completed.load(SeqCst), store.aborted.load(SeqCst));
        assert_eq!(ends, (1, 0, 1), "{kind}");
        assert_eq!(adapter(&store).head(Head::new(key())).await.expect_err("absent").kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn what_is_dropped_is_aborted() {
    let store = Recorder::default();
    let stalled = PutBody::from_stream(chunks(30).chain(stream::pending()));
    let adapter = adapter(&store);
    let put = tokio::spawn(async move { adapter.put(Put::new(key(), stalled)).await });
    let limit = Duration::from_secs(10);
    until("a part", limit, async || (store.parts.load(SeqCst) > 3).then_some(()).ok_or_else(String::new)).await;
    put.abort();
    until("the abortion", limit, async || (store.aborted.load(SeqCst) == 1).then_some(()).ok_or_else(String::new))
        .await;
    assert_eq!(store.completed.load(SeqCst), 0);
}

#[tokio::test]
async fn a_large_write_under_a_condition_is_refused_rather_than_gathered() {
    let store = Recorder::default();
    let adapter = adapter(&store).with_conditional_limit(200_000);
    let create =
        |count| Put::new(key(), PutBody::from_stream(chunks(count))).with_condition(buckets::Condition::if_absent());
    assert_eq!(adapter.put(create(30)).await.expect_err("too large").kind(), ErrorKind::TooLarge);
    adapter.put(create(20)).await.expect("fits");
    assert_eq!(store.begun.load(SeqCst), 0);
}

fn lake(capture: &Capture) -> CloudStore<buckets::adapter::Backend<Memory>> {
    CloudStore::new(Cloud::builder("lake", Memory::new()).dispatcher(capture.dispatcher()).build())
}

#[tokio::test]
async fn the_parts_of_an_upload_are_one_insertion() {
    let capture = Capture::new();
    let store = lake(&capture);
    let path = Path::from("dir/object");
    let mut writer = WriteMultipart::new_with_chunk_size(store.put_multipart(&path).await.expect("begun"), 1000);
    for number in 0..100_u8 {
        writer.wait_for_capacity(2).await.expect("goes on");
        writer.write(&[number; 333]);
    }
    writer.finish().await.expect("stored");
    let content = store.get(&path).await.expect("is there").bytes().await.expect("whole");
    assert_eq!(content, (0..100_u8).flat_map(|number| [number; 333]).collect::<Vec<_>>());
    assert_eq!(capture.named("buckets.cloud.insert").len(), 2, "{:?}", capture.names());
    assert_eq!(
        capture.one("buckets.cloud.insert.stop").measurement("bytes").map(|bytes| bytes.as_f64()),
        Some(33_300.0)
    );
    capture.assert_conserved();
}

#[tokio::test]
async fn an_abandoned_upload_stores_nothing_and_is_told_as_cancelled() {
    for abort in [true, false] {
        let capture = Capture::new();
        let store = lake(&capture);
        let path = Path::from("dir/object");
        let mut upload = store.put_multipart(&path).await.expect("begun");
        let (first, second) = (upload.put_part("first".into()), upload.put_part("second".into()));
        first.await.expect("taken");
        if abort {
            upload.abort().await.expect("aborted");
            upload.complete().await.expect_err("it was aborted");
            upload.put_part("third".into()).await.expect_err("it was aborted");
        } else {
            drop(upload);
        }
        // What is still polled must not make the beginning an object.
        let _ = second.await;
        store.head(&path).await.expect_err("nothing was stored");
        let told = capture.one("buckets.cloud.insert.exception");
        assert_eq!(told.kind, Some(ErrorKind::Cancelled), "{told:?}");
        capture.assert_conserved();
    }
}

#[tokio::test]
async fn a_failure_reaches_parts_and_completion_with_its_kind() {
    let store = CloudStore::new(Cloud::new("lake", Memory::with_capacity(10)));
    let mut upload = store.put_multipart(&Path::from("object")).await.expect("begun");
    let part = upload.put_part("more than ten bytes".into());
    let _ = part.await;
    let error = upload.complete().await.expect_err("too much");
    let ours = buckets::Error::find(&error).expect("the cause is ours");
    assert_eq!(ours.kind(), ErrorKind::QuotaExceeded);
    assert!(store.cloud().call(Get::new(Key::new("object").expect("valid"))).await.is_err());
}
