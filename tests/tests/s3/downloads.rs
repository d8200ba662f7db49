//! Downloads to a file in parts: whole, of one version, or not at all.

use std::path::Path;

use buckets::adapter::{Adapter, Memory, S3};
use buckets::operation::Put;
use buckets::{Cloud, DownloadOptions, ErrorKind, Key, Result};
use buckets_tests::components::seaweedfs::SeaweedFs;
use buckets_tests::payload;

use crate::faults::at_once;
use crate::proxy::{Fault, Proxy};
use crate::server::shared;

const LEN: usize = 21_000_000;
const OPTIONS: DownloadOptions = DownloadOptions::new().with_part_size(5_000_000).with_concurrency(3);

fn key(name: &str) -> Key {
    Key::new(format!("downloads/{name}")).expect("valid")
}

async fn download(s3: &S3, name: &str, file: &Path) -> Result<u64> {
    Cloud::builder("uploads", s3.clone()).build().download(&key(name), file, OPTIONS).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_in_parts_is_the_whole_or_nothing() {
    let server = shared().await;
    let proxy = Proxy::to(server.address()).await;
    let s3 = SeaweedFs::adapter_at(&proxy.endpoint()).build().expect("valid");
    s3.put(Put::new(key("large"), payload::of(1, LEN))).await.expect("stored");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");

    proxy.calm();
    assert_eq!(download(&s3, "large", &file).await.expect("fetched"), LEN as u64);
    assert_eq!(payload::version(&std::fs::read(&file).expect("is there")), 1);
    assert_eq!(proxy.seen(|line| line.starts_with("GET")), 5);

    std::fs::write(&file, "what was there").expect("written");
    for (fault, kind) in [
        (Fault::CutAnswer, ErrorKind::Interrupted),
        (Fault::DamageAnswer, ErrorKind::ChecksumMismatch),
        (Fault::CloseAtOnce, ErrorKind::Interrupted),
    ] {
        proxy.inject(fault, 1, |line| line.starts_with("GET"));
        assert_eq!(download(&s3, "large", &file).await.expect_err("damaged").kind(), kind, "{fault:?}");
        assert_eq!(std::fs::read(&file).expect("is there"), b"what was there", "{fault:?}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "{fault:?} left something behind");
    }

    // With layers, what broke off goes on.
    let cloud = Cloud::builder("uploads", s3.clone())
        .layer(buckets_tower::RetryLayer::new(at_once()))
        .layer(buckets_tower::ResumeLayer::new(at_once()))
        .build();
    proxy.inject(Fault::CutAnswer, 3, |line| line.starts_with("GET"));
    cloud.download(&key("large"), &file, OPTIONS).await.expect("goes on");
    assert_eq!(payload::version(&std::fs::read(&file).expect("is there")), 1);
}

#[tokio::test]
async fn an_object_of_any_size_is_downloaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    let cloud = Cloud::builder("uploads", Memory::new()).build();
    for len in [0, 1, 99, 100, 101, 1000] {
        let content = vec![7; len];
        cloud.call(Put::new(key("sized"), content.clone())).await.expect("stored");
        let options = DownloadOptions::new().with_part_size(100);
        assert_eq!(cloud.download(&key("sized"), &file, options).await.expect("fetched"), len as u64);
        assert_eq!(std::fs::read(&file).expect("is there"), content);
    }
    let missing = cloud.download(&key("missing"), &file, OPTIONS).await.expect_err("is not there");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(std::fs::read(&file).expect("is there").len(), 1000);
}
