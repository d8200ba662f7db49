//! What an application sees of a `Cloud`.

use std::future::Future;
use std::sync::Arc;

use buckets::adapter::Memory;
use buckets::cloud::{CopyOptions, Data, DirectUploadOptions};
use buckets::operation::{Condition, List};
use buckets::{
    ByteRange, Checksum, Cloud, ErrorKind, InsertOptions, Key, LoadTo, Location, Object, Prefix, ReadOptions, Upload,
};
use bytes::Bytes;

fn cloud() -> Cloud<impl buckets::store::Store> {
    Cloud::new("uploads", Memory::new())
}

fn key(text: &str) -> Key {
    Key::new(text).expect("a valid key")
}

async fn kind<T>(work: impl Future<Output = buckets::Result<T>>) -> ErrorKind {
    match work.await {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.kind(),
    }
}

#[tokio::test]
async fn an_inserted_file_has_id_name_type_size_and_a_key_below_the_base() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Annual report.pdf");
    std::fs::write(&path, vec![7; 3028]).expect("written");
    let cloud = Cloud::builder("uploads", Memory::new()).base_prefix(key("base/dir")).build();
    let object = cloud.insert(path.as_path()).await.expect("inserted");
    assert_eq!((object.filename(), object.content_type()), ("Annual report.pdf", Some("application/pdf")));
    assert_eq!(object.size(), 3028);
    assert_eq!(object.key().as_str(), format!("base/dir/{}/Annual_report.pdf", object.id()));
    assert_eq!(object.location().cloud(), "uploads");
    assert_eq!(object.checksum(), Some(Checksum::of(&[7; 3028])));
    assert_eq!(object.data().and_then(Data::path), Some(path.as_path()));
}

#[tokio::test]
async fn every_source_of_content_arrives_whole() {
    let cloud = cloud();
    let content = Bytes::from(vec![42; 700_000]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.bin");
    std::fs::write(&path, &content).expect("written");
    let chunks: Vec<_> =
        content.chunks(65_537).map(|chunk| Ok::<_, std::io::Error>(Bytes::copy_from_slice(chunk))).collect();
    let uploads = [
        Upload::from_path(&path),
        Upload::from_bytes("x.bin", content.clone()),
        Upload::from_stream("x.bin", futures_util::stream::iter(chunks)),
        Upload::from_reader("x.bin", std::io::Cursor::new(content.to_vec())),
        Upload::from_body(
            "x.bin",
            buckets::body::PutBody::replayable({
                let content = content.clone();
                move || http_body_util::Full::new(content.clone())
            }),
        ),
    ];
    for upload in uploads {
        let object = cloud.insert(upload).await.expect("inserted");
        assert_eq!(cloud.read(object.location()).await.expect("read"), content);
    }
}

#[tokio::test]
async fn the_content_type_is_as_given_else_by_magic_on_request_else_by_extension() {
    let cloud = cloud();
    let png = Bytes::from_static(b"\x89PNG\r\n\x1a\n and more");
    let by_name = cloud.insert(("photo.jpg", png.clone())).await.expect("inserted");
    assert_eq!(by_name.content_type(), Some("image/jpeg"));
    let streamed = futures_util::stream::iter([Ok::<_, std::io::Error>(png.clone())]);
    for upload in [Upload::from_bytes("photo.jpg", png.clone()), Upload::from_stream("photo.jpg", streamed)] {
        let sniffed = cloud.insert(upload.with_content_type_by_magic()).await.expect("inserted");
        assert_eq!(sniffed.content_type(), Some("image/png"));
        assert_eq!(cloud.read(sniffed.location()).await.expect("read"), png);
    }
    let given = buckets::Attributes::new().with_content_type("text/x-mine").expect("valid");
    let upload = Upload::from_bytes("photo.jpg", png).with_attributes(given).with_content_type_by_magic();
    assert_eq!(cloud.insert(upload).await.expect("inserted").content_type(), Some("text/x-mine"));
    let unknown = cloud.insert(("noext", "text")).await.expect("inserted");
    assert_eq!(unknown.content_type(), None);
}

#[tokio::test]
async fn what_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(kind(cloud().insert(folder.path())).await, ErrorKind::InvalidInput);
    assert_eq!(kind(cloud().insert(folder.path().join("absent").as_path())).await, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_failing_or_lying_source_stores_nothing() {
    let cloud = cloud();
    let at = |upload: Upload| cloud.insert_with(upload, InsertOptions::new().at(key("x")));
    let broken = futures_util::stream::iter([Ok(Bytes::from_static(b"half")), Err("connection reset")]);
    assert_eq!(kind(at(Upload::from_stream("x", broken))).await, ErrorKind::Interrupted);
    let short = buckets::body::PutBody::from("12345").with_exact_len(6);
    assert_eq!(kind(at(Upload::from_body("x", short))).await, ErrorKind::Interrupted);
    let long = buckets::body::PutBody::from("12345").with_exact_len(4);
    assert_eq!(kind(at(Upload::from_body("x", long))).await, ErrorKind::Protocol);
    let wrong = InsertOptions::new().at(key("x")).with_checksum(Checksum::of(b"other"));
    assert_eq!(kind(cloud.insert_with(("x", "this"), wrong)).await, ErrorKind::ChecksumMismatch);
    assert!(!cloud.exists("x").await.expect("asked"));
}

#[tokio::test]
async fn reads_are_limited_ranged_and_conditional() {
    let cloud = Cloud::builder("uploads", Memory::new()).read_limit(8).build();
    let object = cloud.insert(("x.txt", "0123456789")).await.expect("inserted");
    let at = object.location();
    assert_eq!(kind(cloud.read(at)).await, ErrorKind::TooLarge);
    let limited = ReadOptions::new().with_limit(10);
    assert_eq!(cloud.read_with(at, limited).await.expect("read"), "0123456789");
    let range = ReadOptions::new().with_range(ByteRange::suffix(3));
    assert_eq!(cloud.read_with(at, range.clone()).await.expect("read"), "789");
    assert_eq!(cloud.read_with(&object, range).await.expect("local content is whole, this asks for a part"), "789");
    let fresh = Condition::if_none_match(object.etag().expect("a tag").clone());
    let options = ReadOptions::new().with_limit(10).with_condition(fresh);
    assert_eq!(kind(cloud.read_with(at, options)).await, ErrorKind::PreconditionFailed);
}

#[tokio::test]
async fn an_object_of_another_cloud_is_refused_not_misread() {
    let (here, there) = (Cloud::new("here", Memory::new()), Cloud::new("there", Memory::new()));
    let object = there.insert(("x", "1")).await.expect("inserted");
    assert_eq!(
        kind(here.read_with(&object, ReadOptions::new().with_range(ByteRange::from(0)))).await,
        ErrorKind::InvalidInput
    );
    assert_eq!(kind(here.delete(&object)).await, ErrorKind::InvalidInput);
    let error = here.url(&object, std::time::Duration::from_secs(5)).await.expect_err("refused");
    assert!(error.to_string().contains("`there`"), "{error}");
}

#[tokio::test]
async fn copies_within_and_across_clouds_keep_content_and_attributes() {
    let (here, there) = (Cloud::new("here", Memory::new()), Cloud::new("there", Memory::new()));
    let attributes = buckets::Attributes::new().with_metadata("a", "b").expect("valid");
    let source =
        here.insert(Upload::from_bytes("a.txt", "content").with_attributes(attributes)).await.expect("inserted");
    let within = here.copy(&source, "dir/b.txt").await.expect("copied");
    let across = there.copy_with(&here, &source, "b.txt", CopyOptions::new().at(key("c"))).await.expect("copied");
    for (cloud, copy) in [(&here, &within), (&there, &across)] {
        assert_ne!(copy.id(), source.id());
        assert_eq!((copy.filename(), copy.data()), ("b.txt", None));
        assert_eq!(copy.attributes(), source.attributes());
        assert_eq!(cloud.read(copy.location()).await.expect("read"), "content");
    }
    assert_eq!(across.key().as_str(), "c");
    let options = CopyOptions::new().at(key("c")).with_condition(Condition::if_absent());
    assert_eq!(kind(there.copy_with(&here, &source, "b", options)).await, ErrorKind::AlreadyExists);
    assert_eq!(kind(here.copy("absent", "x")).await, ErrorKind::NotFound);
}

#[tokio::test]
async fn loading_and_letting_go_never_touches_a_file_of_the_callers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.txt");
    std::fs::write(&path, "mine").expect("written");
    let cloud = cloud();
    let mut object = cloud.insert(path.as_path()).await.expect("inserted");
    cloud.load(&mut object, LoadTo::Memory).await.expect("loaded");
    assert_eq!(object.local_bytes().await.expect("here"), "mine");
    cloud.unload(&mut object).await.expect("let go");
    assert_eq!(object.data(), None);
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), "mine");

    cloud.load(&mut object, LoadTo::TemporaryFile).await.expect("loaded");
    let temporary = object.data().and_then(Data::path).expect("a file").to_owned();
    assert_eq!(std::fs::read_to_string(&temporary).expect("there"), "mine");
    cloud.load(&mut object, LoadTo::Directory(folder.path().into())).await.expect("loaded");
    assert!(!temporary.exists(), "the temporary file went with its last owner");
    let loaded = object.data().and_then(Data::path).expect("a file").to_owned();
    assert_eq!(loaded, folder.path().join(object.id().to_string()).join("mine.txt"));
    cloud.unload(&mut object).await.expect("let go");
    assert!(!loaded.exists());
}

#[tokio::test]
async fn a_failed_load_loses_nothing() {
    let cloud = cloud();
    let mut object = cloud.insert(("x.txt", "kept")).await.expect("inserted");
    cloud.delete(&object).await.expect("deleted");
    for to in [LoadTo::Memory, LoadTo::TemporaryFile] {
        assert_eq!(kind(cloud.load(&mut object, to)).await, ErrorKind::NotFound);
        assert_eq!(object.local_bytes().await.expect("still here"), "kept");
    }
}

#[tokio::test]
async fn deleting_is_idempotent_and_says_what_was_there() {
    let cloud = cloud();
    let object = cloud.insert(("x", "1")).await.expect("inserted");
    assert_eq!(cloud.delete(&object).await.expect("deleted").existed, Some(true));
    assert_eq!(cloud.delete(&object).await.expect("deleted").existed, Some(false));
    assert_eq!(kind(cloud.read(object.location())).await, ErrorKind::NotFound);
    assert_eq!(kind(cloud.head(&object)).await, ErrorKind::NotFound);
    assert!(!cloud.exists(&object).await.expect("asked"));
}

#[tokio::test]
async fn hostile_filenames_become_harmless_keys_and_hostile_keys_are_refused() {
    let cloud = cloud();
    let object = cloud.insert(("../../etc/pass\r\nwd", "x")).await.expect("inserted");
    assert_eq!(object.key().as_str(), format!("{}/pass__wd", object.id()));
    assert_eq!(object.filename(), "passwd");
    assert_eq!(kind(cloud.read("../x")).await, ErrorKind::InvalidInput);
    assert_eq!(kind(cloud.delete("a//b")).await, ErrorKind::InvalidInput);
}

#[tokio::test]
async fn objects_and_locations_survive_serde_without_content() {
    let cloud = cloud();
    let object = cloud.insert(("x.txt", "secret content")).await.expect("inserted");
    let text = serde_json::to_string(&object).expect("serialised");
    assert!(!text.contains("secret content"));
    let back: Object = serde_json::from_str(&text).expect("read");
    assert_eq!(back.location(), object.location());
    assert_eq!((back.size(), back.etag(), back.checksum()), (object.size(), object.etag(), object.checksum()));
    assert_eq!(cloud.read(&back).await.expect("read"), "secret content");
    let location: Location = serde_json::from_str(&serde_json::to_string(back.location()).expect("ok")).expect("ok");
    assert_eq!(&location, back.location());
}

#[tokio::test]
async fn a_link_without_a_secret_is_an_error_and_never_unsigned() {
    let cloud = cloud();
    let object = cloud.insert(("x", "1")).await.expect("inserted");
    assert_eq!(kind(cloud.url(&object, std::time::Duration::from_secs(60))).await, ErrorKind::Unsupported);
    assert_eq!(kind(cloud.url(&object, std::time::Duration::ZERO)).await, ErrorKind::InvalidInput);
    assert_eq!(kind(cloud.direct_upload("x", DirectUploadOptions::new())).await, ErrorKind::Unsupported);
}

#[tokio::test]
async fn clouds_of_different_stacks_live_in_one_map() {
    let plain = Cloud::new("plain", Memory::new()).boxed();
    let layered = Cloud::builder("layered", Memory::new())
        .layer(tower::limit::ConcurrencyLimitLayer::new(1))
        .layer(tower::timeout::TimeoutLayer::new(std::time::Duration::from_secs(60)))
        .build()
        .boxed();
    let clouds = Arc::new(std::collections::HashMap::from([("a", plain), ("b", layered)]));
    for cloud in clouds.values() {
        cloud.health().await.expect("healthy");
        let object = cloud.insert(("x", "1")).await.expect("inserted");
        assert_eq!(cloud.list(List::new(Prefix::default())).await.expect("listed").objects.len(), 1);
        // The kind survives a stack whose error is a box.
        cloud.delete(&object).await.expect("deleted");
        assert_eq!(kind(cloud.read(object.location())).await, ErrorKind::NotFound);
    }
}
