//! Uploads through links: of the signed type and size, whole, or not at all.

use std::io::{Read, Write};
use std::net::TcpStream;

use buckets::Checksum;
use buckets::operation::{Constraints, SignedMethod};
use futures_util::stream;
use reqwest::{Body, StatusCode};

use crate::site::{MAX_UPLOAD, Site, header};

/// A body that does not tell its length.
fn chunked(len: usize) -> Body {
    let chunks = vec![b'x'; len].chunks(4096).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>();
    Body::wrap_stream(stream::iter(chunks))
}

async fn put(site: &Site, url: &str, body: impl Into<Body>) -> StatusCode {
    site.client.put(url).body(body).send().await.expect("an answer").status()
}

#[tokio::test]
async fn an_upload_arrives_and_can_be_fetched() {
    let site = Site::open().await;
    let signed = Constraints::default().with_content_type("image/png").with_max_size(5);
    let url = site.link(SignedMethod::Put, "a.png", signed).await;
    let stored =
        site.client.put(&url).header("content-type", "image/png").body("12345").send().await.expect("an answer");
    assert_eq!(stored.status(), 200);

    let fetched = site.get(&site.link(SignedMethod::Get, "a.png", Constraints::default()).await).await;
    assert_eq!(header(&fetched, "etag"), header(&stored, "etag"));
    assert_eq!(header(&fetched, "content-type"), "image/png");
    assert_eq!(fetched.text().await.expect("text"), "12345");
}

#[tokio::test]
async fn the_size_is_bounded_to_the_byte() {
    let site = Site::open().await;
    let signed = site.link(SignedMethod::Put, "a", Constraints::default().with_max_size(10_000)).await;
    let unsigned = site.link(SignedMethod::Put, "b", Constraints::default()).await;
    let generous = site.link(SignedMethod::Put, "c", Constraints::default().with_max_size(MAX_UPLOAD * 2)).await;
    let most = MAX_UPLOAD as usize;
    for (url, over) in [(&signed, 10_001), (&unsigned, most + 1), (&generous, most + 1)] {
        assert_eq!(put(&site, url, vec![b'x'; over]).await, 413);
        assert_eq!(put(&site, url, chunked(over)).await, 413);
    }
    assert_eq!(site.files().len(), 0, "{:?}", site.files());
    let errors = r#"buckets_operation_errors_total{operation="insert",adapter="volume",cloud="site",kind="too_large"}"#;
    assert_eq!(site.metric(errors), 6.0);

    for (url, exact) in [(&signed, 10_000), (&unsigned, most), (&generous, most)] {
        assert_eq!(put(&site, url, vec![b'x'; exact]).await, 200);
        assert_eq!(put(&site, url, chunked(exact)).await, 200);
    }
}

#[tokio::test]
async fn an_upload_has_the_size_and_the_checksum_of_its_link() {
    let site = Site::open().await;
    let five = Constraints::default().with_size(5);
    let url = site.link(SignedMethod::Put, "five", five.clone()).await;
    for (len, status) in [(0, 400), (4, 400), (6, 413)] {
        assert_eq!(put(&site, &url, vec![b'x'; len]).await, status, "{len} bytes");
    }
    for (len, status) in [(4, 400), (6, 413)] {
        assert_eq!(put(&site, &url, chunked(len)).await, status, "{len} bytes of untold length");
    }
    let hello = site.link(SignedMethod::Put, "hello", five.with_checksum(Checksum::of(b"hello"))).await;
    assert_eq!(put(&site, &hello, "hallo").await, 422);
    assert_eq!(site.files().len(), 0, "{:?}", site.files());
    assert_eq!(put(&site, &hello, "hello").await, 200);
    assert_eq!(put(&site, &url, chunked(5)).await, 200);
}

#[tokio::test]
async fn another_type_than_the_signed_one_is_refused() {
    let site = Site::open().await;
    let url = site.link(SignedMethod::Put, "a.png", Constraints::default().with_content_type("image/png")).await;
    for other in ["text/html", "image/png; charset=utf-8", "image/PNG"] {
        let response = site.client.put(&url).header("content-type", other).body("x").send().await.expect("an answer");
        assert_eq!(response.status(), 415, "{other}");
    }
    assert_eq!(put(&site, &url, "x").await, 415);
    assert_eq!(site.files().len(), 0);
}

#[tokio::test]
async fn an_upload_can_be_made_conditional() {
    let site = Site::open().await;
    let url = site.link(SignedMethod::Put, "a", Constraints::default()).await;
    let put = async |name: &str, value: &str, body: &'static str| {
        site.client.put(&url).header(name, value).body(body).send().await.expect("an answer")
    };
    assert_eq!(put("if-match", "*", "no").await.status(), 412);
    let first = put("if-none-match", "*", "first").await;
    let tag = header(&first, "etag").to_owned();
    assert_eq!(
        (first.status(), put("if-none-match", "*", "no").await.status()),
        (StatusCode::OK, StatusCode::CONFLICT)
    );
    assert_eq!(put("if-match", "\"other\"", "no").await.status(), 412);
    assert_eq!(put("if-match", "nonsense here", "no").await.status(), 400);
    assert_eq!(put("if-match", &tag, "second").await.status(), 200);
    assert_eq!(site.cloud.read("a").await.expect("read"), "second");
}

#[tokio::test]
async fn a_length_that_is_a_lie_leaves_nothing() {
    let site = Site::open().await;
    let url = site.link(SignedMethod::Put, "a", Constraints::default()).await;
    let (host, path) =
        url.strip_prefix("http://").and_then(|rest| rest.split_at_checked(rest.find('/')?)).expect("a URL");
    let mut connection = TcpStream::connect(host).expect("a connection");
    write!(connection, "PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\nonly this").expect("sent");
    connection.shutdown(std::net::Shutdown::Write).expect("the end");
    let answer = tokio::task::spawn_blocking(move || {
        let mut answer = String::new();
        let _ = connection.read_to_string(&mut answer);
        answer
    });
    let answer = answer.await.expect("no panic");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(site.files().len(), 0);
}

#[tokio::test]
async fn nothing_is_unpacked() {
    let site = Site::open().await;
    let url = site.link(SignedMethod::Put, "a.gz", Constraints::default()).await;
    // A header of gzip, and nothing that could be unpacked.
    let bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\xff not gzip at all".as_slice();
    let response = site.client.put(&url).header("content-encoding", "gzip").body(bomb).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(site.cloud.read("a.gz").await.expect("read"), bomb);
    let fetched = site.get(&site.link(SignedMethod::Get, "a.gz", Constraints::default()).await).await;
    assert_eq!(header(&fetched, "content-encoding"), "");
    assert_eq!(fetched.bytes().await.expect("content"), bomb);
}
