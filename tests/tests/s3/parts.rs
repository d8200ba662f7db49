//! Uploads in parts that others send, with links.

use std::time::Duration;

use buckets::adapter::Memory;
use buckets::adapter::s3::{
    AbortParts, BeginParts, Credentials, FinishParts, PartsUpload, Provider, S3, SentPart, SignParts,
};
use buckets::testing::Capture;
use buckets::{Attributes, Cloud, ETag, ErrorKind, Key, Secret, SignedUrl};
use buckets_tests::payload;
use buckets_tower::TelemetryLayer;
use reqwest::StatusCode;

use crate::server::shared;

const PART: usize = 5 << 20;
const A_MINUTE: Duration = Duration::from_secs(60);

/// Sends a part, and what the answer says of it.
async fn send(link: &SignedUrl, content: &[u8]) -> Result<ETag, StatusCode> {
    let answer = reqwest::Client::new().put(link.expose()).body(content.to_vec()).send().await.expect("answered");
    match answer.status() {
        StatusCode::OK => Ok(ETag::new(answer.headers()["etag"].to_str().expect("text")).expect("a tag")),
        other => Err(other),
    }
}

fn begin(name: &str) -> BeginParts {
    let video = Attributes::new().with_content_type("video/mp4").expect("valid");
    BeginParts::new(Key::new(name).expect("valid"), video)
}

#[tokio::test]
async fn parts_that_others_send_become_an_object() {
    let server = shared().await;
    let s3 = server.adapter().checksums(true).build().expect("valid");
    let capture = Capture::new();
    let cloud = Cloud::builder("videos", s3).dispatcher(capture.dispatcher()).layer(TelemetryLayer::new()).build();
    let content = payload::of(1, 2 * PART + 1000);
    let upload = cloud.call(begin("parts/ä video.mp4")).await.expect("begun");
    // An application keeps it between the requests of a browser.
    let kept = serde_json::to_string(&upload).expect("JSON");
    let upload: PartsUpload = serde_json::from_str(&kept).expect("as it was");
    let whole = SignParts::new(upload.clone(), 1..=2, A_MINUTE).with_size(PART as u64);
    let mut links = cloud.call(whole).await.expect("signed");
    links.extend(cloud.call(SignParts::new(upload.clone(), 3..=3, A_MINUTE)).await.expect("signed"));

    // Of another size, as another part, of another upload.
    assert_eq!(send(&links[0], &content[..PART - 1]).await, Err(StatusCode::FORBIDDEN));
    let shown = links[1].expose();
    for (from, to) in [("partNumber=2", "partNumber=1"), ("uploadId=", "uploadId=0")] {
        assert!(shown.contains(from), "the test changes nothing");
        let changed = reqwest::Client::new().put(shown.replace(from, to)).body(content[PART..2 * PART].to_vec());
        assert_eq!(changed.send().await.expect("answered").status(), StatusCode::FORBIDDEN);
    }

    let slices = [&content[..PART], &content[PART..2 * PART], &content[2 * PART..]];
    let mut sent = Vec::new();
    for (number, (link, slice)) in (1..=3).zip(links.iter().zip(slices)).rev() {
        sent.push(SentPart { number, etag: send(link, slice).await.expect("taken") });
    }
    // Part 2 as one that was not sent like this.
    let mut wrong = sent.clone();
    wrong[1].etag = sent[0].etag.clone();
    let refused = cloud.call(FinishParts::new(upload.clone(), wrong)).await.expect_err("refused");
    assert_eq!(refused.kind(), ErrorKind::InvalidInput, "{refused:?}");
    assert!(!cloud.exists(upload.key()).await.expect("an answer"));

    let stored = cloud.call(FinishParts::new(upload.clone(), sent.clone())).await.expect("finished");
    assert_eq!((stored.meta.size, stored.meta.attributes.content_type()), (content.len() as u64, Some("video/mp4")));
    assert!(cloud.read(upload.key()).await.expect("content") == content);
    // This server remembers, as others do for a while; whichever, the object is not touched.
    if let Err(again) = cloud.call(FinishParts::new(upload.clone(), sent)).await {
        assert_eq!(again.kind(), ErrorKind::NotFound);
    }
    assert_eq!(cloud.head(upload.key()).await.expect("it is there").etag, stored.meta.etag);
    for event in ["begin_parts.stop", "sign_parts.stop", "finish_parts.stop", "finish_parts.exception"] {
        assert!(!capture.named(&format!("buckets.adapter.{event}")).is_empty(), "{event}");
    }
    capture.assert_conserved();
}

#[tokio::test]
async fn an_upload_that_is_aborted_leaves_nothing() {
    let server = shared().await;
    let cloud = Cloud::new("videos", server.adapter().build().expect("valid"));
    let upload = cloud.call(begin("parts/aborted.mp4")).await.expect("begun");
    let links = cloud.call(SignParts::new(upload.clone(), 1..=1, A_MINUTE)).await.expect("signed");
    let etag = send(&links[0], b"a part").await.expect("taken");
    for _ in 0..2 {
        cloud.call(AbortParts::new(upload.clone())).await.expect("aborted");
    }
    assert!(send(&links[0], b"a part").await.is_err());
    let late = cloud.call(FinishParts::new(upload.clone(), vec![SentPart { number: 1, etag }])).await;
    assert_eq!(late.expect_err("it is over").kind(), ErrorKind::NotFound);
    assert!(!cloud.exists(upload.key()).await.expect("an answer"));
}

#[tokio::test]
async fn what_no_part_can_be_is_refused_before_the_store_is_asked() {
    let nobody = S3::builder("bucket")
        .provider(Provider::Compatible)
        .endpoint("http://127.0.0.1:1")
        .credentials(Credentials::new("id", Secret::new("secret")));
    let cloud = Cloud::new("videos", nobody.build().expect("valid"));
    let upload: PartsUpload = serde_json::from_str(r#"{"key": "a", "id": "canary"}"#).expect("an upload");
    assert!(!format!("{upload:?}").contains("canary"));
    let kind = async |sign: SignParts| cloud.call(sign).await.expect_err("refused").kind();
    assert_eq!(kind(SignParts::new(upload.clone(), 0..=1, A_MINUTE)).await, ErrorKind::InvalidInput);
    assert_eq!(kind(SignParts::new(upload.clone(), 1..=10_001, A_MINUTE)).await, ErrorKind::InvalidInput);
    assert_eq!(kind(SignParts::new(upload.clone(), 1..=1, A_MINUTE * 60 * 24 * 8)).await, ErrorKind::InvalidInput);
    let none = cloud.call(FinishParts::new(upload.clone(), Vec::new())).await.expect_err("refused");
    assert_eq!(none.kind(), ErrorKind::InvalidInput);
    let elsewhere = Cloud::new("videos", Memory::new()).call(AbortParts::new(upload)).await;
    assert_eq!(elsewhere.expect_err("no such thing").kind(), ErrorKind::Unsupported);
}
