//! Signed links, followed by another client than the one that made them.

use std::time::Duration;

use buckets::adapter::{Adapter, S3};
use buckets::operation::{Constraints, Head, Put, Sign, SignedMethod, SignedUrl};
use buckets::{ErrorKind, Key};
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
    assert_eq!(kind(SignedMethod::Get, none().with_max_size(5)).await, ErrorKind::InvalidInput);
    assert_eq!(kind(SignedMethod::Put, none().with_content_disposition("inline")).await, ErrorKind::InvalidInput);
    assert_eq!(kind(SignedMethod::Put, none().with_content_type("a/b\r\nx: y")).await, ErrorKind::InvalidInput);
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
    let form = s3.upload_form(&key, Duration::from_secs(60), &picture).await.expect("made");
    let fields: Vec<_> = form.expose_fields().map(|(name, value)| (name, value.to_owned())).collect();
    let with = |name: &str, other: &str| {
        let changed = |(field, value): &(&'static str, String)| match *field == name {
            true => (*field, other.to_owned()),
            false => (*field, value.clone()),
        };
        fields.iter().map(changed).collect::<Vec<_>>()
    };
    for (what, fields, content) in [
        ("too large", fields.clone(), "eleven byte"),
        ("of another type", with("Content-Type", "text/html"), "small"),
        ("for another object", with("key", "links/other"), "small"),
        ("with another policy", with("policy", "e30="), "small"),
        ("with another signature", with("x-amz-signature", &"0".repeat(64)), "small"),
    ] {
        let status = post(form.url(), &fields, content).await;
        assert!(status.is_client_error(), "{what}: {status}");
        assert_eq!(
            s3.head(Head::new(key.clone())).await.expect_err("nothing is stored").kind(),
            ErrorKind::NotFound,
            "{what}"
        );
    }
    let status = post(form.url(), &fields, "ten bytes.").await;
    assert!(status.is_success(), "{status}");
    let stored = s3.head(Head::new(key)).await.expect("is stored");
    assert_eq!((stored.size, stored.attributes.content_type()), (10, Some("image/png")));
}

/// Sends a form as a browser does.
async fn post(url: &str, fields: &[(&str, String)], content: &str) -> StatusCode {
    const BOUNDARY: &str = "----the-boundary-of-this-form";
    let field = |(name, value): &(&str, String)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body: String = fields.iter().map(field).collect();
    body.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"));
    body.push_str(&format!("{content}\r\n--{BOUNDARY}--\r\n"));
    let request = Client::new().post(url).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    request.body(body).send().await.expect("answered").status()
}
