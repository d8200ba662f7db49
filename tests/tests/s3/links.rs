//! Signed links, followed by another client than the one that made them.

use std::time::Duration;

use buckets::adapter::{Adapter, S3};
use buckets::operation::{Constraints, Head, Put, Sign, SignedMethod, SignedUrl};
use buckets::{Checksum, ErrorKind, Key};
use reqwest::{Client, StatusCode};

use crate::server::shared;

async fn link(s3: &S3, name: &str, method: SignedMethod, constraints: Constraints) -> SignedUrl {
    let sign = Sign::new(Key::new(name).expect("valid"), method, Duration::from_secs(60)).expect("valid");
    s3.sign(sign.with_constraints(constraints)).await.expect("signed")
}

#[tokio::test]
async fn a_link_does_the_one_thing_it_was_made_for() {
    let server = shared().await;
    let s3 = server.adapter().build().expect("valid");
    let name = "links/ä b+c%2fd?e#f&g";
    let http = Client::new();
    let put = link(&s3, name, SignedMethod::Put, Constraints::default()).await;
    let stored = http.put(put.expose()).body("hello").send().await.expect("answered");
    assert_eq!(stored.status(), StatusCode::OK, "{}", stored.text().await.expect("text"));

    let get = link(&s3, name, SignedMethod::Get, Constraints::default()).await;
    let read = http.get(get.expose()).send().await.expect("answered");
    assert_eq!(read.text().await.expect("text"), "hello");

    // Neither for another thing nor for another object nor for longer.
    let refused = [
        http.get(put.expose()).send(),
        http.put(get.expose()).body("x").send(),
        http.delete(put.expose()).send(),
        http.get(get.expose().replace("links/", "other/")).send(),
        http.get(get.expose().replace("Expires=60", "Expires=6000")).send(),
        http.get(get.expose().split('?').next().expect("a path")).send(),
    ];
    for refused in refused {
        assert_eq!(refused.await.expect("answered").status(), StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn what_a_link_is_bound_to_is_held_to() {
    let server = shared().await;
    let s3 = server.adapter().build().expect("valid");
    let http = Client::new();
    let png = Constraints::default().with_content_type("image/png");
    let put = link(&s3, "links/typed", SignedMethod::Put, png).await;
    for (content_type, status) in [("text/html", StatusCode::FORBIDDEN), ("image/png", StatusCode::OK)] {
        let answer = http.put(put.expose()).header("content-type", content_type).body("x").send().await;
        assert_eq!(answer.expect("answered").status(), status, "{content_type}");
    }
    let shown = Constraints::default()
        .with_content_type("text/plain")
        .with_content_disposition("attachment; filename=\"a b.txt\"");
    let get = link(&s3, "links/typed", SignedMethod::Get, shown).await;
    let answer = http.get(get.expose()).send().await.expect("answered");
    assert_eq!(answer.headers()["content-type"], "text/plain");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"a b.txt\"");
}

#[tokio::test]
async fn an_upload_has_the_size_and_the_checksum_of_its_link() {
    let server = shared().await;
    let s3 = server.adapter().checksums(true).build().expect("valid");
    let http = Client::new();
    let five = Constraints::default().with_size(5);
    let hello = five.clone().with_checksum(Checksum::of(b"hello"));
    for (name, constraints, content, is_stored) in [
        ("links/shorter", &five, "four", false),
        ("links/longer", &five, "longer", false),
        ("links/five", &five, "hallo", true),
        ("links/other", &hello, "hallo", false),
        ("links/hello", &hello, "hello", true),
    ] {
        let put = link(&s3, name, SignedMethod::Put, constraints.clone()).await;
        let request = put.headers().fold(http.put(put.expose()), |request, (name, value)| request.header(name, value));
        let status = request.body(content).send().await.expect("answered").status();
        assert_eq!(status.is_success(), is_stored, "{name}: {status}");
        assert!(is_stored || status.is_client_error(), "{name}: {status}");
        let head = s3.head(Head::new(Key::new(name).expect("valid"))).await;
        assert_eq!(head.is_ok(), is_stored, "{name}");
    }
    let put = link(&s3, "links/without", SignedMethod::Put, hello).await;
    let status = http.put(put.expose()).body("hello").send().await.expect("answered").status();
    assert_eq!(status, StatusCode::FORBIDDEN, "the checksum is left out");
}

#[tokio::test]
async fn what_cannot_be_signed_is_refused_here() {
    let server = shared().await;
    let s3 = server.adapter().build().expect("valid");
    let sign = |method, constraints| {
        let sign = Sign::new(Key::new("a").expect("valid"), method, Duration::from_secs(60)).expect("valid");
        s3.sign(sign.with_constraints(constraints))
    };
    let kind = async |method, constraints| sign(method, constraints).await.expect_err("refused").kind();
    let none = Constraints::default;
    assert_eq!(kind(SignedMethod::Put, none().with_max_size(5)).await, ErrorKind::Unsupported);
    assert_eq!(kind(SignedMethod::Put, none().with_size(u64::MAX)).await, ErrorKind::InvalidInput);
    let without = server.adapter().checksums(false).build().expect("valid");
    let bound = Constraints::default().with_checksum(Checksum::of(b"hello"));
    for method in [SignedMethod::Put, SignedMethod::Post] {
        let sign = Sign::new(Key::new("a").expect("valid"), method, Duration::from_secs(60)).expect("valid");
        let refused = without.sign(sign.with_constraints(bound.clone())).await.expect_err("refused");
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
    }
}

#[tokio::test]
async fn a_link_ends_when_it_was_said_to() {
    let server = shared().await;
    let s3 = server.adapter().build().expect("valid");
    let key = Key::new("links/short").expect("valid");
    s3.put(Put::new(key.clone(), "hello")).await.expect("stored");
    let get = s3.sign(Sign::new(key, SignedMethod::Get, Duration::from_secs(1)).expect("valid")).await.expect("signed");
    let http = Client::new();
    buckets_tests::components::process::until("the link to end", Duration::from_secs(20), async || {
        match http.get(get.expose()).send().await.expect("answered").status() {
            StatusCode::FORBIDDEN => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_stores_what_it_allows_and_nothing_else() {
    let server = shared().await;
    let s3 = server.adapter().build().expect("valid");
    let key = Key::new("links/form é").expect("valid");
    let picture = Constraints::default().with_content_type("image/png").with_max_size(10);
    let form = link(&s3, key.as_str(), SignedMethod::Post, picture).await;
    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    let fields: Vec<_> = form.expose_fields().collect();
    let with = |name: &'static str, other: &'static str| {
        let changed = |&(field, value): &(_, _)| if field == name { (field, other) } else { (field, value) };
        fields.iter().map(changed).collect::<Vec<_>>()
    };
    for (what, fields, content) in [
        ("too large", fields.clone(), "eleven byte"),
        ("of another type", with("Content-Type", "text/html"), "small"),
        ("for another object", with("key", "links/other"), "small"),
        ("with another policy", with("policy", "e30="), "small"),
        ("with another signature", with("x-amz-signature", ZEROS), "small"),
    ] {
        let status = post(form.expose(), &fields, content).await;
        assert!(status.is_client_error(), "{what}: {status}");
        assert_eq!(
            s3.head(Head::new(key.clone())).await.expect_err("nothing is stored").kind(),
            ErrorKind::NotFound,
            "{what}"
        );
    }
    let status = post(form.expose(), &fields, "ten bytes.").await;
    assert!(status.is_success(), "{status}");
    let stored = s3.head(Head::new(key)).await.expect("is stored");
    assert_eq!((stored.size, stored.attributes.content_type()), (10, Some("image/png")));
}

/// Sends a form as a browser does.
async fn post(url: &str, fields: &[(&str, &str)], content: &str) -> StatusCode {
    const BOUNDARY: &str = "----the-boundary-of-this-form";
    let field = |(name, value): &(&str, &str)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body: String = fields.iter().map(field).collect();
    body.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"));
    body.push_str(&format!("{content}\r\n--{BOUNDARY}--\r\n"));
    let request = Client::new().post(url).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    request.body(body).send().await.expect("answered").status()
}
