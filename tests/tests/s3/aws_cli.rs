//! Objects that `aws` reads after us, and we after it.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use buckets::operation::{ByteRange, List};
use buckets::{Attributes, Cloud, InsertOptions, Key, Prefix, ReadOptions, Upload};
use buckets_tests::components::aws_cli::AwsCli;
use buckets_tests::components::curl;
use buckets_tests::components::seaweedfs::{BUCKET, SeaweedFs};
use buckets_tests::payload;
use serde_json::json;

use crate::server::shared;

const MIB: usize = 1024 * 1024;

fn cloud(server: &SeaweedFs) -> Cloud {
    Cloud::builder("files", server.adapter().build().expect("valid")).boxed().build()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

#[tokio::test]
async fn aws_reads_what_we_wrote_with_all_that_belongs_to_it() {
    let server = shared().await;
    let (cloud, aws) = (cloud(&server), AwsCli::of(&server));
    let folder = tempfile::tempdir().expect("a folder");
    let attributes = Attributes::new()
        .with_content_type("image/png")
        .and_then(|attributes| attributes.with_cache_control("private, max-age=60"))
        .and_then(|attributes| attributes.with_content_disposition("attachment; filename=\"a b.png\""))
        .and_then(|attributes| attributes.with_metadata("customer", "4711"))
        .expect("valid");
    let mut listed = Vec::new();
    // In one request, and in parts.
    for (name, content) in [("small é+%.png", payload::of(1, 1000)), ("in-parts.png", payload::of(2, 17 * MIB))] {
        let key = Key::new(format!("aws-reads/{name}")).expect("valid");
        let upload = Upload::from_bytes("x", content.clone()).with_attributes(attributes.clone());
        let object = cloud.insert_with(upload, InsertOptions::new().at(key.clone())).await.expect("stored");
        let checksum = STANDARD.encode(object.checksum().expect("has one").crc32c().to_be_bytes());
        let tag = format!("\"{}\"", object.etag().expect("has one").as_str());

        let file = folder.path().join("fetched");
        let of_object = ["--bucket", BUCKET, "--key", key.as_str(), "--checksum-mode", "ENABLED"];
        let head = aws.json(&[&["s3api", "head-object"], &of_object[..]].concat()).await;
        let get = aws.json(&[&["s3api", "get-object"], &of_object[..], &[text(&file)]].concat()).await;
        for told in [&head, &get] {
            for (field, wanted) in [
                ("ContentLength", json!(content.len())),
                ("ContentType", json!("image/png")),
                ("CacheControl", json!("private, max-age=60")),
                ("ContentDisposition", json!("attachment; filename=\"a b.png\"")),
                ("Metadata", json!({ "customer": "4711" })),
                ("ETag", json!(tag)),
                ("ChecksumCRC32C", json!(checksum)),
            ] {
                assert_eq!(told[field], wanted, "{field} of {name}");
            }
        }
        assert!(std::fs::read(&file).expect("the file that it wrote") == content, "{name}");
        listed.push(json!({ "Key": key.as_str(), "Size": content.len(), "ETag": tag }));
    }
    let query = "sort_by(Contents, &Size)[].{Key: Key, Size: Size, ETag: ETag}";
    let list = ["s3api", "list-objects-v2", "--bucket", BUCKET, "--prefix", "aws-reads/", "--query", query];
    assert_eq!(aws.json(&list).await, json!(listed));
}

#[tokio::test]
async fn we_read_what_aws_wrote_whole_or_in_parts() {
    let server = shared().await;
    let (cloud, aws) = (cloud(&server), AwsCli::of(&server));
    let folder = tempfile::tempdir().expect("a folder");
    // It sends what is above 8 MiB in parts of so much.
    for (name, len, parts) in [("small.png", 1000, None), ("in-parts.png", 20 * MIB, Some("3"))] {
        let (file, content) = (folder.path().join(name), payload::of(3, len));
        std::fs::write(&file, &content).expect("a file in a new folder");
        let key = Key::new(format!("aws-writes/{name}")).expect("valid");
        let to = format!("s3://{BUCKET}/{key}", key = key.as_str());
        aws.run(&["s3", "cp", "--quiet", "--metadata", "customer=4711", text(&file), &to]).await;

        let head = cloud.head(&key).await.expect("is there");
        assert_eq!((head.size, head.attributes.content_type()), (len as u64, Some("image/png")));
        assert_eq!(head.attributes.metadata().collect::<Vec<_>>(), [("customer", "4711")]);
        let tag = head.etag.expect("has one");
        assert_eq!(tag.as_str().split_once('-').map(|(_, parts)| parts), parts, "{name}: {tag:?}");
        assert!(cloud.read(&key).await.expect("content") == content, "{name}");
        let middle = ReadOptions::new().with_range(ByteRange::from_to(500, 899));
        assert!(cloud.read_with(&key, middle).await.expect("content") == content[500..900], "{name}");
    }
    let page = cloud.list(List::new(Prefix::new("aws-writes/").expect("valid"))).await.expect("listed");
    assert_eq!(page.objects.len(), 2);
}

#[tokio::test]
async fn links_of_aws_and_ours_are_the_same_and_lead_to_the_same() {
    let server = shared().await;
    let (cloud, aws) = (cloud(&server), AwsCli::of(&server));
    let key = Key::new("aws-signs/ä b+c%2fd?e&f.txt").expect("valid");
    cloud.insert_with(("x.txt", "hello"), InsertOptions::new().at(key.clone())).await.expect("stored");
    let theirs = aws.run(&["s3", "presign", "--expires-in", "60", &format!("s3://{BUCKET}/{}", key.as_str())]).await;
    let ours = cloud.url(&key, Duration::from_secs(60)).await.expect("signed").into_exposed();

    // But for when it was made, and what follows of that.
    let parts = |url: &str| {
        let (path, query) = url.split_once('?').expect("a query");
        let differs =
            |pair: &&str| !["X-Amz-Date=", "X-Amz-Signature=", "x-id="].iter().any(|name| pair.starts_with(name));
        let mut pairs: Vec<_> = query.split('&').filter(differs).map(str::to_owned).collect();
        pairs.sort();
        (path.to_owned(), pairs)
    };
    let theirs = theirs.trim();
    assert_eq!(parts(theirs), parts(&ours));
    for link in [theirs, &ours] {
        assert_eq!(curl::answer(&[link]).await, (200, b"hello".to_vec()));
        assert_eq!(curl::answer(&["--output", "/dev/null", &link.replace("Expires=60", "Expires=61")]).await.0, 403);
    }
}
