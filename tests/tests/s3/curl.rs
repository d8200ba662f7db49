//! Signed links and forms, followed by `curl`.

use std::time::Duration;

use buckets::cloud::UrlOptions;
use buckets::operation::{Constraints, SignedUrl};
use buckets::{Cloud, InsertOptions, Key};
use buckets_tests::components::curl::{self, file, path};
use buckets_tests::components::process::{PATIENCE, until};
use buckets_tests::payload;
use tempfile::NamedTempFile;

use crate::server::shared;

const LIFE: Duration = Duration::from_secs(60);
const FORBIDDEN: u16 = 403;

fn key(name: &str) -> Key {
    Key::new(format!("curl/{name}")).expect("valid")
}

/// What curl makes of a request whose answer does not matter.
async fn status(arguments: &[&str]) -> u16 {
    curl::answer(&[arguments, &["--output", "/dev/null"]].concat()).await.0
}

#[tokio::test]
async fn a_link_downloads_whole_in_part_and_from_where_it_broke_off() {
    let server = shared().await;
    let cloud = Cloud::new("files", server.adapter().build().expect("valid"));
    let (key, content) = (key("é a+b%.bin"), payload::of(1, 300_000));
    cloud.insert_with(("x", content.clone()), InsertOptions::new().at(key.clone())).await.expect("stored");
    let link = cloud.url(&key, LIFE).await.expect("signed").into_exposed();

    assert!(curl::answer(&[&link]).await == (200, content.clone()), "whole");
    assert!(curl::answer(&["--range", "1000-1999", &link]).await == (206, content[1000..2000].to_vec()), "a range");
    let begun = file(&content[..123_456]);
    assert_eq!(curl::answer(&["--continue-at", "-", "--output", path(&begun), &link]).await.0, 206);
    assert!(std::fs::read(begun.path()).expect("the file") == content, "the rest");
}

#[tokio::test]
async fn a_link_uploads_what_it_was_made_for() {
    let server = shared().await;
    let cloud = Cloud::new("files", server.adapter().build().expect("valid"));
    let picture = file(&payload::of(2, 300_000));
    let (key, png) = (key("é a+b%.png"), Constraints::default().with_content_type("image/png"));
    let link = cloud.url_with(&key, UrlOptions::upload(LIFE).with_constraints(png)).await.expect("signed");
    let link = link.expose();
    let upload = async |content_type: &str, link: &str| {
        let header = format!("content-type: {content_type}");
        status(&["--header", &header, "--upload-file", path(&picture), link]).await
    };

    assert_eq!(upload("text/html", link).await, FORBIDDEN, "of another type");
    assert_eq!(upload("image/png", &link.replace("/curl/", "/lruc/")).await, FORBIDDEN, "for another object");
    assert_eq!(upload("image/png", &link.replace("Expires=60", "Expires=600")).await, FORBIDDEN, "for longer");
    assert_eq!(status(&[link]).await, FORBIDDEN, "for a download");
    assert!(!cloud.exists(&key).await.expect("an answer"));

    assert_eq!(upload("image/png", link).await, 200);
    let head = cloud.head(&key).await.expect("is there");
    assert_eq!((head.size, head.attributes.content_type()), (300_000, Some("image/png")));
}

#[tokio::test]
async fn an_expired_link_does_nothing_more() {
    let server = shared().await;
    let cloud = Cloud::new("files", server.adapter().build().expect("valid"));
    let late = file(b"late");
    let (read, written) = (key("short"), key("late"));
    cloud.insert_with(("x", "hello"), InsertOptions::new().at(read.clone())).await.expect("stored");
    let get = cloud.url(&read, Duration::from_secs(1)).await.expect("signed");
    let put = cloud.url_with(&written, UrlOptions::upload(Duration::from_secs(1))).await.expect("signed");
    until("the download's link to end", PATIENCE, async || match status(&[get.expose()]).await {
        FORBIDDEN => Ok(()),
        other => Err(other.to_string()),
    })
    .await;
    // It is a moment younger.
    until("the upload's link to end", PATIENCE, async || {
        match status(&["--upload-file", path(&late), put.expose()]).await {
            FORBIDDEN => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
}

/// No field is another than it was signed.
pub(crate) const SIGNED: (&str, &str) = ("", "");

/// Posts a form whose field `name` has another value than it was signed with.
pub(crate) async fn post(form: &SignedUrl, file: &NamedTempFile, (name, other): (&str, &str)) -> u16 {
    let mut arguments = Vec::new();
    for (field, value) in form.expose_fields() {
        arguments.push("--form-string".to_owned());
        arguments.push(format!("{field}={}", if field == name { other } else { value }));
    }
    arguments.extend(["--form".to_owned(), format!("file=@{}", path(file)), form.expose().to_owned()]);
    status(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await
}

#[tokio::test]
async fn a_form_takes_what_it_allows_and_no_more() {
    pub(crate) const SIGNED: (&str, &str) = ("", "");
    let server = shared().await;
    let cloud = Cloud::new("files", server.adapter().build().expect("valid"));
    let (key, picture) = (key("form é"), Constraints::default().with_content_type("image/png").with_max_size(1000));
    let form = cloud.url_with(&key, UrlOptions::upload_form(LIFE).with_constraints(picture)).await.expect("signed");
    let (fits, too_large) = (file(&payload::of(3, 1000)), file(&payload::of(4, 1001)));

    for (what, file, field) in [
        ("too large", &too_large, SIGNED),
        ("of another type", &fits, ("Content-Type", "text/html")),
        ("for another object", &fits, ("key", "curl/another")),
        ("with another policy", &fits, ("policy", "e30=")),
    ] {
        let refused = post(&form, file, field).await;
        assert!((400..500).contains(&refused), "{what}: {refused}");
        assert!(!cloud.exists(&key).await.expect("an answer"), "{what}");
    }
    assert_eq!(post(&form, &fits, SIGNED).await, 204);
    let head = cloud.head(&key).await.expect("is there");
    assert_eq!((head.size, head.attributes.content_type()), (1000, Some("image/png")));
}
