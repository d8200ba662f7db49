//! Uploads and copies in parts: whole or not at all, and nothing left behind.

use std::time::Duration;

use buckets::adapter::{Adapter, S3};
use buckets::body::PutBody;
use buckets::operation::{Attributes, Condition, Copy, Get, Head, Put};
use buckets::{ErrorKind, Key};
use buckets_tests::components::seaweedfs::SeaweedFs;
use buckets_tests::payload;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::faults::unfinished;
use crate::server::shared;

const MIB: usize = 1024 * 1024;

fn key(name: &str) -> Key {
    Key::new(format!("uploads/{name}")).expect("valid")
}

/// Content that is not ready before any of its chunks.
pub(crate) fn slow(content: &[u8], chunk: usize) -> PutBody {
    let chunks: Vec<_> = content.chunks(chunk).map(Bytes::copy_from_slice).collect();
    PutBody::from_stream(stream::iter(chunks).then(async |chunk| {
        tokio::task::yield_now().await;
        Ok::<_, std::io::Error>(chunk)
    }))
}

async fn read(s3: &S3, key: &Key) -> Bytes {
    let fetched = s3.get(Get::new(key.clone())).await.expect("is there");
    fetched.body.collect(u64::MAX).await.expect("is whole")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_of_known_and_unknown_length_is_stored_in_equal_parts() {
    let server = shared().await;
    let s3 = server.adapter().part_size(5 * MIB as u64).build().expect("valid");
    let content = payload::of(1, 21 * MIB);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &content).expect("written");
    let bodies = [
        ("bytes", PutBody::from(content.clone()), 5),
        ("known", slow(&content, 100_000).with_exact_len(content.len() as u64), 5),
        ("unknown", slow(&content, 7_000_000), 5),
        ("file", PutBody::from_path(file.path()).await.expect("a file"), 5),
        ("small", slow(&content[..16 * MIB], 100_000).with_exact_len(16 * MIB as u64), 0),
        ("small, unknown", slow(&content[..5 * MIB], 100_000), 0),
        ("larger, unknown", slow(&content[..5 * MIB + 1], 100_000), 2),
    ];
    for (name, body, parts) in bodies {
        let key = key(name);
        let attributes =
            Attributes::new().with_content_type("image/png").expect("valid").with_metadata("a", "b").expect("valid");
        let stored =
            s3.put(Put::new(key.clone(), body).with_attributes(attributes.clone())).await.expect("stored").meta;
        let whole = read(&s3, &key).await;
        assert!(content.starts_with(&whole) && whole.len() as u64 == stored.size, "{name}");
        let head = s3.head(Head::new(key)).await.expect("is there");
        assert_eq!(
            (&head.etag, head.checksum, &head.attributes),
            (&stored.etag, stored.checksum, &attributes),
            "{name}"
        );
        // The tag of an object of parts ends in their number.
        let tag = stored.etag.expect("has a tag");
        let told = tag.as_str().split_once('-').map_or(0, |(_, number)| number.parse().expect("a number"));
        assert_eq!(told, parts, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_condition_holds_for_an_upload_in_parts() {
    let server = shared().await;
    let s3 = server.adapter().build().expect("valid");
    let (key, content) = (key("conditional"), payload::of(1, 17 * MIB));
    let put = |condition| Put::new(key.clone(), content.clone()).with_condition(condition);
    let first = s3.put(put(Condition::if_absent())).await.expect("created").meta;
    let second = s3.put(put(Condition::if_absent())).await.expect_err("it is there");
    assert_eq!(second.kind(), ErrorKind::AlreadyExists);
    let tag = first.etag.expect("has a tag");
    s3.put(put(Condition::if_match(tag))).await.expect("replaced");
    s3.settle().await;
    assert_eq!(unfinished(&server, key.as_str()).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_of_any_size_is_copied_by_the_store() {
    let server = shared().await;
    let s3 = server.adapter().whole_copy_limit(5 * MIB as u64).build().expect("valid");
    let attributes =
        Attributes::new().with_content_type("image/png").expect("valid").with_metadata("a", "b").expect("valid");
    for len in [5 * MIB, 5 * MIB + 1, 17 * MIB] {
        // A name that the header must not have as it is.
        let (source, copy) = (key(&format!("source é+%/{len}")), key(&format!("copy-{len}")));
        let content = payload::of(len as u64, len);
        s3.put(Put::new(source.clone(), content.clone()).with_attributes(attributes.clone())).await.expect("stored");
        let copied = s3.copy(Copy::new(source.clone(), copy.clone())).await.expect("copied").meta;
        assert_eq!(read(&s3, &copy).await, content, "{len}");
        let head = s3.head(Head::new(copy.clone())).await.expect("is there");
        assert_eq!((copied.size, &copied.etag, &head.attributes), (head.size, &head.etag, &attributes), "{len}");
        let again = Copy::new(source, copy).with_condition(Condition::if_absent());
        assert_eq!(s3.copy(again).await.expect_err("it is there").kind(), ErrorKind::AlreadyExists, "{len}");
    }
    s3.settle().await;
    assert_eq!(unfinished(&server, "uploads/copy").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_within_an_upload_loses_nothing_that_was_stored() {
    let mut server = SeaweedFs::start().await;
    let s3 = server.adapter().part_attempts(1).build().expect("valid");
    let (old, new) = (payload::of(1, 17 * MIB), payload::of(2, 17 * MIB));
    let object = key("killed");
    s3.put(Put::new(object.clone(), old)).await.expect("stored");

    let (reached, killed) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
    let (reached, killed) = (std::sync::Arc::new(reached), std::sync::Arc::new(killed));
    let (tell, wait) = (std::sync::Arc::clone(&reached), std::sync::Arc::clone(&killed));
    let (begin, end) = (Bytes::from(new[..16 * MIB + 1].to_vec()), Bytes::from(new[16 * MIB + 1..].to_vec()));
    let body = stream::iter([Ok::<_, std::io::Error>(begin)]).chain(stream::once(async move {
        tell.notify_one();
        wait.notified().await;
        Ok(end)
    }));
    let put = tokio::spawn({
        let (s3, object) = (s3.clone(), object.clone());
        async move { s3.put(Put::new(object, PutBody::from_stream(body))).await }
    });
    reached.notified().await;
    server.kill();
    killed.notify_one();
    let error = put.await.expect("no panic").expect_err("the server is gone");
    assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::Interrupted), "{error:?}");

    server.restart().await;
    assert_eq!(payload::version(&read(&s3, &object).await), 1, "the old object is still whole");
    s3.put(Put::new(object.clone(), new)).await.expect("stored");
    assert_eq!(payload::version(&read(&s3, &object).await), 2);
    s3.settle().await;
    s3.sweep(Duration::ZERO).await.expect("swept");
    assert_eq!((s3.orphans(), unfinished(&server, "uploads/killed").await), (0, 0));
}
