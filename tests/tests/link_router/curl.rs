//! Links as `curl` follows them.

use std::time::Duration;

use buckets::Attributes;
use buckets::operation::{Constraints, SignedMethod};
use buckets_tests::components::curl::{self, file, path};
use buckets_tests::payload;
use tempfile::NamedTempFile;

use crate::site::{LIFE, Site};

#[tokio::test]
async fn a_link_downloads_whole_in_part_and_from_where_it_broke_off() {
    let site = Site::open().await;
    let content = payload::of(1, 300_000);
    let link = site.store("é a+b%.bin", Attributes::new(), &content).await;

    assert!(curl::answer(&[&link]).await == (200, content.clone()), "whole");
    assert!(curl::answer(&["--range", "1000-1999", &link]).await == (206, content[1000..2000].to_vec()), "a range");
    let begun = file(&content[..123_456]);
    assert_eq!(curl::answer(&["--continue-at", "-", "--output", path(&begun), &link]).await.0, 206);
    assert!(std::fs::read(begun.path()).expect("the file") == content, "the rest");

    assert_eq!(curl::answer(&[&link.replace("expires=1", "expires=2")]).await.0, 403);
    site.clock.advance(LIFE + Duration::from_secs(1));
    assert_eq!(curl::answer(&[&link]).await.0, 403);
}

#[tokio::test]
async fn a_link_uploads_what_it_was_made_for() {
    let site = Site::open().await;
    let (content, larger) = (payload::of(2, 50_000), payload::of(3, 50_001));
    let (fits, too_large) = (file(&content), file(&larger));
    let signed = Constraints::default().with_content_type("image/png").with_max_size(50_000);
    let link = site.link(SignedMethod::Put, "é a+b%.png", signed).await;
    let upload = async |content_type: &str, file: &NamedTempFile, link: &str| {
        let header = format!("content-type: {content_type}");
        curl::answer(&["--header", &header, "--upload-file", path(file), link]).await.0
    };

    assert_eq!(upload("text/html", &fits, &link).await, 415);
    assert_eq!(upload("image/png", &too_large, &link).await, 413);
    assert_eq!(upload("image/png", &fits, &link.replace("max_size=50000", "max_size=60000")).await, 403);
    assert_eq!(site.files().len(), 0, "{:?}", site.files());
    assert_eq!(upload("image/png", &fits, &link).await, 200);
    assert!(site.cloud.read("é a+b%.png").await.expect("read") == content);
    site.clock.advance(LIFE + Duration::from_secs(1));
    assert_eq!(upload("image/png", &fits, &link).await, 403);
}
